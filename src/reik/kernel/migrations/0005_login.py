"""How people log in: passkeys, codes, invitations, the security log; and sessions that end all at once."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# The platform's own, like accounts: a login is looked up before anybody acts. No rows of clients.
RIGHTS = """
GRANT SELECT, INSERT, UPDATE ON kernel_passkey, kernel_codeapp, kernel_recoverycode, kernel_invitation
    TO reik_web, reik_worker;
GRANT DELETE ON kernel_codeapp, kernel_recoverycode TO reik_web, reik_worker;
GRANT SELECT, INSERT, DELETE ON kernel_spentchallenge TO reik_web, reik_worker;
GRANT SELECT, INSERT ON kernel_loginevent TO reik_web, reik_worker;
GRANT UPDATE (seed) ON kernel_account TO reik_web;
"""

# A screen makes and ends accounts of its own organisation only, whatever its code does.
OWN_ACCOUNTS = """
GRANT INSERT ON kernel_account TO reik_web;
GRANT UPDATE (is_active, ended_at) ON kernel_account TO reik_web;
GRANT UPDATE (ends_at) ON kernel_integrationtoken TO reik_web;
CREATE FUNCTION reik_own_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'reik_web' AND NOT coalesce(NEW.organisation_id = ANY (
        NULLIF(current_setting('reik.organisations', true), '')::uuid[]), false) THEN
        RAISE EXCEPTION 'an account of another organisation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER own_accounts BEFORE INSERT OR UPDATE OF is_active, ended_at ON kernel_account
FOR EACH ROW EXECUTE FUNCTION reik_own_accounts();
"""

ACCOUNT = django.db.models.deletion.CASCADE


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_channels")]

    operations = [
        migrations.AddField("account", "seed", models.TextField(db_default="", default="")),
        migrations.AddField("account", "ended_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(on_delete=ACCOUNT, related_name="passkeys", to="kernel.account"),
                ),
                ("credential_id", models.BinaryField(unique=True)),
                ("public", models.BinaryField()),
                ("counter", models.BigIntegerField(default=0)),
                ("label", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("removed_because", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="CodeApp",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=ACCOUNT,
                        primary_key=True,
                        related_name="code_app",
                        serialize=False,
                        to="kernel.account",
                    ),
                ),
                ("secret", models.BinaryField()),
                ("last_step", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(on_delete=ACCOUNT, related_name="recovery_codes", to="kernel.account"),
                ),
                ("digest", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(on_delete=ACCOUNT, related_name="invitations", to="kernel.account"),
                ),
                ("digest", models.BinaryField(unique=True)),
                ("invited_by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        name="invitation_one", fields=["account"], condition=Q(ended_at=None)
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="SpentChallenge",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="LoginEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("account_id", models.UUIDField(null=True)),
                ("name_digest", models.BinaryField(null=True)),
                ("address", models.TextField()),
                ("what", models.TextField()),
                ("outcome", models.TextField()),
                ("detail", models.TextField(default="")),
            ],
            options={
                "indexes": [
                    models.Index(
                        name="login_by_name",
                        fields=["name_digest", "at"],
                        condition=Q(name_digest__isnull=False),
                    ),
                    models.Index(name="login_by_address", fields=["address", "at"]),
                    models.Index(name="login_by_account", fields=["account_id", "at"]),
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="login_outcome", condition=Q(outcome__in=["ok", "half", "failed", "slowed"])
                    )
                ],
            },
        ),
        migrations.RunSQL(RIGHTS),
        migrations.RunSQL(OWN_ACCOUNTS),
    ]
