"""What the first requests need is made before they come."""

from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.loaders import cached

from dashboard.warming import names, warm


def test_every_template_of_a_page_is_made_and_kept() -> None:
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)
    (loader,) = engine.engine.template_loaders
    assert isinstance(loader, cached.Loader)
    loader.reset()
    warm()
    assert {"base.html", "cluster.html", "parts/component.html"} <= set(names())
    assert set(names()) <= set(loader.get_template_cache)
