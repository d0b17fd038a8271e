"""The addresses of the story, in Dutch and in English."""

from django.urls import URLPattern, path

from reik.web.story import views


def _of(root: str, language: str) -> list[URLPattern]:
    spoken = {"language": language}
    return [
        path(root, views.page, spoken),
        path(f"{root}/stand", views.changes, spoken),
        path(f"{root}/begin", views.start, spoken),
        path(f"{root}/dispenser/doe/<str:act>", views.at_dispenser, spoken),
        path(f"{root}/naaste/<uuid:alert_id>/<str:what>", views.as_carer, spoken),
        path(f"{root}/centrale/<uuid:alert_id>/<str:what>", views.as_operator, spoken),
        path(f"{root}/team/<uuid:alert_id>/<str:what>", views.as_team, spoken),
        path(f"{root}/open/<str:pane>", views.open_screen, spoken),
    ]


urlpatterns: list[URLPattern] = [*_of("verhaal", "nl"), *_of("story", "en")]
