from django.apps import AppConfig


class AlertingConfig(AppConfig):
    name = "reik.alerting"
    label = "alerting"
