from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "reik.ingest"
    label = "ingest"
