"""The addresses of declaring and of suppliers' bills."""

from django.urls import URLPattern, path

from reik.web.declaring import bill, bill_in, funding, listing

urlpatterns: list[URLPattern] = [
    path("waarde/declaratie", listing.page),
    path("waarde/declaratie.csv", listing.file),
    path("waarde/leveranciersnota", bill_in.overview),
    path("waarde/leveranciersnota/lezen", bill_in.read_file),
    path("waarde/leveranciersnota/<uuid:bill_id>", bill.page),
    path("waarde/leveranciersnota/<uuid:bill_id>/verschillen.csv", bill.file),
    path("clienten/<uuid:client_id>/financiering", funding.page),
    path("financiering/lijst", funding.import_list),
]
