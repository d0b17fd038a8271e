from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "reik.kernel"
    label = "kernel"
