from django.apps import AppConfig


class FhirStoreConfig(AppConfig):
    name = "reik.interop.fhir.store"
    label = "fhir"
