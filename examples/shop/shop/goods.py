"""What does Kettle & Crane sell, and for how much?"""

from __future__ import annotations

import msgspec


class Good(msgspec.Struct, frozen=True):
    """One thing on the shelf.

    Attributes:
        name: as printed on orders and mails.
        price: in cents.
        art: name of the drawing in ``static/art``; empty for things that are sold but not shown on the page.
        blurb: one line under the name on the shop's page.
    """

    name: str
    price: int
    art: str = ""
    blurb: str = ""


KETTLE = Good("Enamel stovetop kettle, 1 l", 1840, "kettle", "Whistles in G. Boils in four minutes.")
TOWELS = Good("Linen tea towels, set of three", 3000, "towels", "Softer after every wash.")
CASSEROLE = Good("Cast-iron casserole, 24 cm", 14000, "casserole", "For stews that take an afternoon.")
COPPER_PANS = Good("Copper sauté pans, set of three", 42000, "pans", "Tin-lined by hand in Villedieu.")
MUG = Good("Stoneware mug, speckled", 1450, "mug", "Holds a generous 350 ml.")
POUR_OVER = Good("Pour-over coffee set", 6400, "dripper", "Carafe, cone and forty filters.")

SHOWN: tuple[Good, ...] = (
    KETTLE,
    CASSEROLE,
    COPPER_PANS,
    TOWELS,
    MUG,
    POUR_OVER,
    Good("Porcelain teapot, 0.9 l", 5800, "teapot", "With a strainer that stays put."),
    Good("Chef's knife, 20 cm", 8900, "knife", "Swedish steel, pear-wood handle."),
    Good("End-grain oak board", 7200, "board", "Kind to knives, heavy on purpose."),
    Good("Storage jars, set of four", 3600, "jars", "Glass, cork and nothing else."),
    Good("Pendant lamp, opal glass", 16900, "lamp", "Warm light over a long table."),
    Good("Ash-wood dish brush", 980, "brush", "The head can be replaced."),
)

GOODS: tuple[Good, ...] = (
    *SHOWN,
    Good("Waffle-weave apron", 3400),
    Good("Serving bowl, sea green", 4600),
    Good("Dinner plates, set of four", 6800),
    Good("Espresso cups, set of two", 2200),
    Good("Pepper mill, walnut", 5200),
    Good("Salt cellar with spoon", 1900),
    Good("Carbon-steel wok, 32 cm", 7900),
    Good("Bread tin, 1 kg", 2400),
    Good("Sourdough basket, 28 cm", 2100),
    Good("Kitchen scale, 5 kg", 4900),
    Good("Mixing bowls, nested set of five", 5400),
    Good("Silicone spatula", 890),
    Good("Olive-wood spoons, set of three", 2600),
    Good("Milk pan, 1.2 l", 3900),
    Good("Tablecloth, washed linen, 160 × 320 cm", 12900),
    Good("Candle holders, brass, pair", 4400),
    Good("Wool throw, herringbone", 11900),
    Good("Soap dish, slate", 1600),
    Good("Broom with dustpan, beech", 4200),
    Good("Wall clock, silent movement", 5900),
    Good("Glass water carafe, 1 l", 2800),
    Good("Tumblers, set of six", 3300),
    Good("Mortar and pestle, granite", 4800),
    Good("Pasta machine", 9400),
)
