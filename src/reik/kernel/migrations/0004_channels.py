import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect


# A destination whose address changes goes out by another gateway, whoever changes it.
FORGET_GATEWAY = """
CREATE FUNCTION reik_forget_gateway() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.gateway := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER forget_gateway BEFORE UPDATE OF address ON kernel_destination
FOR EACH ROW WHEN (OLD.address IS DISTINCT FROM NEW.address) EXECUTE FUNCTION reik_forget_gateway();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0003_installation_pace"),
    ]

    operations = [
        migrations.CreateModel(
            name="GatewayHealth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id",
                        "channel",
                        "gateway",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="kernel.destination"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                ("channel", models.TextField()),
                ("gateway", models.TextField()),
                ("checked_at", models.DateTimeField()),
                ("fine_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("error", models.TextField(default="")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="destination",
            name="destination_channel",
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel__in", ("webhook", "email", "webpush", "sms", "voice", "scaip", "espax"))
                ),
                name="destination_channel",
            ),
        ),
        migrations.AddField("destination", "gateway", models.TextField(null=True)),
        migrations.AddIndex(
            "destination",
            models.Index(fields=["organisation", "channel", "gateway"], name="destination_gateway"),
        ),
        migrations.AddIndex(
            "destination",
            models.Index(condition=models.Q(gateway=None), fields=["id"], name="destination_unnamed"),
        ),
        migrations.RunSQL(
            protect("kernel_gatewayhealth", web="SELECT") + keep_organisation("kernel_gatewayhealth")
        ),
        migrations.RunSQL(FORGET_GATEWAY),
    ]
