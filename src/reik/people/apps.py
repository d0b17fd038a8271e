from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "reik.people"
    label = "people"
