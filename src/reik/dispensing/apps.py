from django.apps import AppConfig


class DispensingConfig(AppConfig):
    name = "reik.dispensing"
    label = "dispensing"
