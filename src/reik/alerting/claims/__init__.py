"""What people hold, put off, name and judge of an alert: claims with bounds, mutes, codes, the emergency path."""
