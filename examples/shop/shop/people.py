"""Who shops at Kettle & Crane: which names, streets and telephone ranges does the generator draw from?

The telephone ranges are those that the national regulators keep free for films and examples, and the mail domains are
the reserved example domains, so that no number and no address belongs to anybody.
"""

from __future__ import annotations

import msgspec


class Country(msgspec.Struct, frozen=True):
    """Where parcels go. ``{n}`` in a pattern is a house number, ``{d}`` one digit of a telephone or postal code."""

    name: str
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    phone: str


COUNTRIES: tuple[Country, ...] = (
    Country(
        "Germany",
        ("Lindenstraße {n}", "Am Alten Hafen {n}", "Goethestraße {n}", "Kastanienallee {n}", "Marktgasse {n}"),
        (("10999", "Berlin"), ("20359", "Hamburg"), ("04109", "Leipzig"), ("79098", "Freiburg im Breisgau")),
        "+49 30 23125 {d}{d}{d}",
    ),
    Country(
        "France",
        ("{n} rue des Lilas", "{n} quai de la Loire", "{n} avenue Jean-Jaurès", "{n} rue du Vieux-Marché-aux-Vins"),
        (("75019", "Paris"), ("69007", "Lyon"), ("44000", "Nantes"), ("67000", "Strasbourg")),
        "+33 1 99 00 {d}{d} {d}{d}",
    ),
    Country(
        "Ireland",
        ("{n} Harbour Row", "{n} Patrick Street", "{n} Saint Brendan's Terrace", "{n} Mill Lane"),
        (("D08 X4{d}R", "Dublin"), ("T12 W{d}8C", "Cork"), ("H91 E{d}K2", "Galway")),
        "+353 20 91{d} {d}{d}{d}{d}",
    ),
    Country(
        "Sweden",
        ("Storgatan {n}", "Björkvägen {n}", "Norra Strandgatan {n}", "Kungsgatan {n}"),
        (("118 26", "Stockholm"), ("413 04", "Göteborg"), ("211 22", "Malmö"), ("903 26", "Umeå")),
        "+46 8 465 004 {d}{d}",
    ),
    Country(
        "United Kingdom",
        ("{n} Albion Street", "{n} Canal Walk", "{n} Rosemary Gardens", "Flat {n}, Wharf House, Quay Road"),
        (("M4 6{d}A", "Manchester"), ("BS1 5{d}H", "Bristol"), ("EH6 7{d}F", "Edinburgh"), ("SE15 3{d}B", "London")),
        "+44 7700 900{d}{d}{d}",
    ),
)

# Given names and family names of one culture each, paired only within it.
NAMES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Anneliese", "Jonas", "Friederike", "Matthias", "Leonie", "Henrik"),
        ("Brandt", "Schönfelder", "von der Heide", "Krüger", "Weißenberger"),
    ),
    (
        ("Camille", "Étienne", "Maëlys", "Aurélien", "Solène", "Jean-Baptiste"),
        ("Lefèvre", "Moreau", "de La Rochefoucault", "Guérin", "Beaulieu"),
    ),
    (
        ("Niamh", "Oisín", "Caoimhe", "Fionn", "Saoirse", "Declan"),
        ("Ó Súilleabháin", "Gallagher", "Brennan", "Nic Dhomhnaill", "Kavanagh"),
    ),
    (("Astrid", "Björn", "Linnéa", "Mårten", "Ebba", "Torsten"), ("Åkesson", "Holmqvist", "Sjöström", "Wallin", "Ek")),
    (
        ("Harriet", "Callum", "Imogen", "Rhys", "Beatrice", "Alasdair"),
        ("Ashworth", "Featherstonehaugh", "Pryce-Jones", "MacAllister", "Whitby"),
    ),
    (
        ("Agnieszka", "Krzysztof", "Małgorzata", "Wojciech", "Zofia", "Bartłomiej"),
        ("Wiśniewska", "Brzęczyszczykiewicz", "Kowalczyk", "Zając", "Dąbrowska"),
    ),
    (
        ("Inês", "Gonçalo", "Beatriz", "Tomás", "María José", "Joaquín"),
        ("Carvalho", "Fernandes da Silva", "Quiroga", "Ibarra Mendoza", "Nogueira"),
    ),
    (
        ("Chiara", "Lorenzo", "Giulia", "Matteo", "Francesca", "Niccolò"),
        ("Bianchi", "De Santis", "Ferrari Trecate", "Colombo", "Marchetti"),
    ),
    (("Elif", "Emre", "Zeynep", "Burak", "Ayşe", "Çağlar"), ("Yıldırım", "Öztürk", "Şahin", "Koç", "Karadağ")),
    (("Adaeze", "Chukwuemeka", "Folasade", "Tunde", "Amara"), ("Okonkwo", "Adeyemi", "Nwachukwu", "Balogun", "Eze")),
    (
        ("Priya", "Arjun", "Lakshmi", "Venkatesh", "Ananya", "Rohan"),
        ("Raghunathan", "Mehta", "Subramaniam", "Kaur Dhillon", "Iyer"),
    ),
    (("Nguyễn Thị", "Trần Minh", "Lê Hoàng", "Phạm Gia"), ("Thảo", "Khánh", "Bảo Ngọc", "Phương Anh", "Đức")),
    (("Layla", "Omar", "Nour", "Yusuf", "Mariam", "Khalid"), ("Haddad", "Al-Masri", "Benali", "Farouk", "El Khoury")),
    (("Oksana", "Taras", "Iryna", "Bohdan", "Kateryna"), ("Shevchuk", "Kovalenko", "Hrytsenko", "Melnyk", "Bondar")),
    (("Haruka", "Kenji", "Mei-Ling", "Ji-woo", "Wei", "Sakura"), ("Watanabe", "Chen", "Park", "Takahashi", "Lim")),
)

# People whose names test a screen: long, short, in another script. The second entry is the part before the @.
NOTABLE: tuple[tuple[str, str], ...] = (
    ("Keolani Keihanaikukauakahihuliheekahaunaele", "keolani.k"),
    ("Maria Anna Theresia Freifrau von Hohenfels-Wartenberg", "m.a.hohenfels"),
    ("Νίκη Παπαδοπούλου", "niki.papadopoulou"),
    ("山本 さくら", "s.yamamoto"),
    ("محمد عبد الرحمن السيد", "m.alsayed"),
    ("Олександра Тимошенко-Гончаренко", "o.tymoshenko"),
    ("Bo Ek", "bo"),
    ("김서연", "seoyeon.kim"),
    ("Sir Bartholomew Wolfeschlegelsteinhausenbergerdorff III", "b.wolfe"),
    ("Anne-Sophie Vandenbroucke-Van Puyenbroeck", "asv"),
    ("नेहा शर्मा", "neha.sharma"),
    ("X Æ Ó'Dálaigh", "x.odalaigh"),
)
