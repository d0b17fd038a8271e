from django.apps import AppConfig


class MedicationConfig(AppConfig):
    name = "reik.medication"
    label = "medication"
