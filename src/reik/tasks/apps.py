from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "reik.tasks"
    label = "tasks"
