"""From rows (planes.structs.rows) and selectors' answers to what a template shows. Pure: no queries, no clock; times come in.

Texts keep their time tokens: the template tags render them, and the browser keeps them running.
"""

from dashboard.presenters.cards import CardPlane, ClusterCard, Trouble, WallCard, cluster_card, tally, wall_card
from dashboard.presenters.component import ComponentPage, component_page, is_agent
from dashboard.presenters.figures import figure_abouts
from dashboard.presenters.fleet import ORDERS, SHAPES, Dayful, Fleet, fleet, fleet_asked
from dashboard.presenters.instance import InstancePage, instance_page
from dashboard.presenters.node import NodePage, node_page
from dashboard.presenters.tables import Tables, tables
from dashboard.presenters.words import WORDS, counted, glued, known, number, severity, word

__all__ = [
    "ORDERS",
    "SHAPES",
    "WORDS",
    "CardPlane",
    "ClusterCard",
    "ComponentPage",
    "Dayful",
    "Fleet",
    "InstancePage",
    "NodePage",
    "Tables",
    "Trouble",
    "WallCard",
    "cluster_card",
    "component_page",
    "counted",
    "figure_abouts",
    "fleet",
    "fleet_asked",
    "glued",
    "instance_page",
    "is_agent",
    "known",
    "node_page",
    "number",
    "severity",
    "tables",
    "tally",
    "wall_card",
    "word",
]
