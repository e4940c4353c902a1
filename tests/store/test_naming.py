"""Names of contexts as tools write them, shortened to what tells clusters apart."""

import pytest

from planes.store.naming import short_names

ARN = "arn:aws:eks:us-east-1:123456789012:cluster/ecommerce-production"


@pytest.mark.parametrize(
    ("full", "short"),
    [
        (ARN, "ecommerce-production"),
        ("arn:aws-cn:eks:cn-north-1:123456789012:cluster/shop", "shop"),
        ("gke_my-project-1_europe-west1-b_prod-eu", "prod-eu"),
        ("gke_my-project_europe-west1_prod_eu", "prod_eu"),
        ("connectgateway_my-project_global_prod", "prod"),
        ("kubernetes-admin@kubernetes", "kubernetes"),
        ("me@shop.eu-west-1.eksctl.io", "shop"),
        ("shop.eu-west-1.eksctl.io", "shop"),
        ("default/api-prod-example-com:6443/kube:admin", "api-prod-example-com"),
        ("vcluster_my-vc_team-x_gke_p_z_host", "my-vc"),
        ("prod", "prod"),
        ("do-fra1-shop", "do-fra1-shop"),
        ("prod.example.com", "prod.example.com"),
        ("192.0.2.1", "192.0.2.1"),
        ("Demo cluster", "Demo cluster"),
        ("a/b", "a/b"),
        ("@", "@"),
        ("", ""),
    ],
)
def test_a_name_that_a_tool_made_is_shortened_to_the_clusters_own(full: str, short: str) -> None:
    assert short_names([full]) == [short]


@pytest.mark.parametrize(
    ("full", "short"),
    [
        (
            [
                "arn:aws:eks:us-east-1:1:cluster/prod",
                "arn:aws:eks:eu-west-1:1:cluster/prod",
                "arn:aws:eks:eu-west-1:1:cluster/test",
            ],
            ["prod · us-east-1", "prod · eu-west-1", "test"],
        ),
        (["arn:aws:eks:eu-west-1:1:cluster/prod", "arn:aws:eks:eu-west-1:2:cluster/prod"], ["prod · 1", "prod · 2"]),
        (
            [f"arn:aws:eks:{region}:{account}:cluster/prod" for region in ("a-1", "b-1") for account in ("1", "2")],
            ["prod · a-1 · 1", "prod · a-1 · 2", "prod · b-1 · 1", "prod · b-1 · 2"],
        ),
        (["gke_p_europe-west1_prod", "prod"], ["prod · europe-west1", "prod"]),
        (["a@prod", "b@prod"], ["prod · a", "prod · b"]),
        (["a@prod", "arn:aws:eks:eu-west-1:a:cluster/prod"], ["prod · a", "prod · eu-west-1"]),
        (["prod", "prod"], ["prod", "prod"]),
        ([ARN, ARN], ["ecommerce-production", "ecommerce-production"]),
        (["prod · a", "a@prod", "b@prod"], ["prod · a", "a@prod", "b@prod"]),
    ],
)
def test_clusters_of_one_name_are_told_apart_by_what_differs(full: list[str], short: list[str]) -> None:
    assert short_names(full) == short
