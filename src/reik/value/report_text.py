"""The headings and sentences of a report, Dutch and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "board": ("voor bestuur en directie", "for the board"),
    "insurer_report": ("voor de zorgverzekeraar", "for the insurer"),
    "title": ("Wat levert de medicijndispenser op?", "What does the medication dispenser bring?"),
    "figure": ("cijfer", "figure"),
    "likely": ("waarschijnlijk", "likely"),
    "low": ("laag (p10)", "low (p10)"),
    "high": ("hoog (p90)", "high (p90)"),
    "fill_in": ("vul eerst in", "fill in first"),
    "number": ("aantal", "number"),
    "definition": ("definitie", "definition"),
    "denominators": ("De noemer", "The denominator"),
    "denominators_note": (
        "Uren en bedragen per cliënt delen door actieve dispensers, niet door uitgegeven.",
        "Hours and amounts per client divide by active dispensers, not by issued ones.",
    ),
    "hours": ("Uren per actieve cliënt per maand", "Hours per active client in a month"),
    "hours_note": (
        "Zorgtijd en reistijd staan apart. Eigen werk is eraf bij netto.",
        "Care time and travel time stand apart. Own work is off in net.",
    ),
    "full": ("Uren per maand op volle omvang", "Hours in a month at full size"),
    "full_note": ("Met {n} actieve dispensers.", "With {n} active dispensers."),
    "sides": (
        "Voor wie: euro's over {years} jaar",
        "For whom: euros over {years} years",
    ),
    "sides_note": (
        "Samenleving, verzekeraar en organisatie zijn drie regels. Wat goed is voor de een kan de ander geld kosten.",
        "Society, insurer and organisation are three lines. What is good for one may cost another money.",
    ),
    "costs": ("Kosten over {years} jaar, euro", "Costs over {years} years, euros"),
    "saved": (
        "Wat er vrijkomt over {years} jaar, euro",
        "What is freed over {years} years, euros",
    ),
    "turnover": ("Wat doet het met de omzet, euro per jaar", "What it does to turnover, euros a year"),
    "turnover_note": (
        "Omzet is geen winst: lager kan goed zijn als de kosten meer dalen.",
        "Turnover is no profit: lower may be fine where costs fall more.",
    ),
    "total": ("totaal", "total"),
    "year": ("jaar {n}", "year {n}"),
    "tornado": ("Waar het van afhangt", "What it hangs on"),
    "tornado_note": (
        "Eén aanname tegelijk op laag en op hoog. Uren per cliënt per maand, en euro voor de organisatie.",
        "One assumption at a time at its low and high. Hours per client-month, and euros for the organisation.",
    ),
    "assumption": ("aanname", "assumption"),
    "hours_low": ("uren bij laag", "hours at low"),
    "hours_high": ("uren bij hoog", "hours at high"),
    "euros_low": ("euro bij laag", "euros at low"),
    "euros_high": ("euro bij hoog", "euros at high"),
    "gross": ("Als elke dispenser 5 tot 11 uur scheelt", "If each dispenser saves 5 to 11 hours"),
    "gross_note": (
        "Uren per maand vóór aftrek: daartussen liggen de gepubliceerde bronnen.",
        "Hours in a month before own work: the published sources lie between these.",
    ),
    "gross_hours": ("uren vóór aftrek", "hours before own work"),
    "net_hours": ("uren netto", "net hours"),
    "centre": ("zorgcentrale", "centre"),
    "with": ("met", "with"),
    "without": ("zonder", "without"),
    "organisation_eur": ("euro voor de organisatie", "euros for the organisation"),
    "start": ("Weinig of veel dispensers", "Few or many dispensers"),
    "start_note": (
        "Wat één keer betaald wordt, drukt op een klein aantal.",
        "What is paid once weighs on few.",
    ),
    "dispensers": ("dispensers", "dispensers"),
    "cost_month": ("kosten per cliënt per maand, euro", "costs per client-month, euros"),
    "cash_in": ("Wat er met de vrije uren gebeurt", "What becomes of the freed hours"),
    "cash_in_note": (
        "Uren per maand op volle omvang. Een vrij uur wordt één keer verzilverd.",
        "Hours in a month at full size. A freed hour is cashed in once.",
    ),
    "freed": ("vrije uren", "hours freed"),
    "unused": ("nog niet gekozen: blijft tijd", "not chosen yet: stays time"),
    "break_even": ("Break-even voor de organisatie", "Break-even for the organisation"),
    "break_month": ("eerste maand zonder verlies", "first month without loss"),
    "break_dispensers": ("kleinste aantal dispensers zonder verlies", "fewest dispensers without loss"),
    "break_chance": (
        "kans om niet te verliezen, procent van de trekkingen",
        "chance not to lose, per cent of the draws",
    ),
    "never": ("niet binnen {years} jaar", "not within {years} years"),
    "no_number": ("bij geen enkel aantal", "at no number"),
    "green": ("Duurzaamheid per cliënt per maand", "Sustainability per client-month"),
    "reproduction": ("Gepubliceerde cijfers nagerekend", "Published figures computed again"),
    "reproduction_note": (
        "Het model rekent met gepubliceerde aannames; niets is passend gemaakt. Bewijs geldt voor het type dispenser"
        " waarmee het gevonden is.",
        "The model uses published assumptions; nothing is fitted. Evidence holds for the type of dispenser that it was"
        " found with.",
    ),
    "published": ("gepubliceerd", "published"),
    "model": ("model", "model"),
    "difference": ("verschil", "difference"),
    "unit": ("eenheid", "unit"),
    "device": ("type dispenser", "type of dispenser"),
    "of_year": ("jaar", "year"),
    "source": ("bron", "source"),
    "why": ("waarom", "why"),
    "not_named": ("niet genoemd", "not named"),
    "not_computable": ("niet na te rekenen", "cannot be computed"),
    "assumptions": ("Aannames", "Assumptions"),
    "assumptions_note": (
        "Elke aanname is te vervangen. Leeg betekent: vul uw eigen waarde in. Reik verzint geen tarief.",
        "Every assumption can be replaced. Empty means: fill in your own. Reik invents no tariff.",
    ),
    "insurer_note": (
        "Lonen en inkoopprijzen van de organisatie staan niet in dit verslag.",
        "Wages and purchase prices of the organisation are not in this report.",
    ),
    "range_low": ("laag", "low"),
    "range_high": ("hoog", "high"),
    "origin": ("van wie", "whose"),
    "date": ("datum", "date"),
    "origin_own": ("zelf ingevuld", "filled in by you"),
    "origin_measured": ("gemeten in Reik", "measured in Reik"),
    "origin_published": ("gepubliceerd", "published"),
    "origin_empty": ("vul in", "fill in"),
    "not_counted": ("Niet meegeteld", "Not counted"),
    "not_counted_note": (
        "Deze aannames zijn leeg en tellen daarom als niets in de uitkomst. De uitkomst is dus te hoog of te laag.",
        "These assumptions are empty and so count as nothing in the outcome. The outcome is too high or too low.",
    ),
    "definitions": ("Definities", "Definitions"),
    "too_few": ("Te weinig gevallen om te meten", "Too few cases to measure"),
    "too_few_note": (
        "Hiervoor telt de gepubliceerde waarde, of niets.",
        "For these the published value counts, or nothing.",
    ),
    "cases": ("gevallen", "cases"),
    "needed": ("nodig", "needed"),
    "setting": (
        "{dispensers} actieve dispensers, {years} jaar, {centre} zorgcentrale, {link} koppeling met het dossier.",
        "{dispensers} active dispensers, {years} years, {centre} a monitoring centre, {link} a record link.",
    ),
    "lead_hours": (
        "Waarschijnlijk {net} uur per maand vrij, tussen {low} en {high}: {care} uur zorgtijd, {travel} uur reistijd.",
        "Probably {net} hours a month freed, between {low} and {high}: {care} hours of care and {travel} of travel.",
    ),
    "lead_unknown": (
        "Er kan nog niet gerekend worden: vul eerst de aannames in die hieronder leeg zijn.",
        "Nothing can be computed yet: first fill in the assumptions that are empty below.",
    ),
    "band": (
        "Laag en hoog: 10 % en 90 % van {draws} trekkingen uit de aannames.",
        "Low and high: 10 % and 90 % of {draws} draws from the assumptions.",
    ),
    "peak": ("De ochtend per kwartier", "The morning by quarter of an hour"),
    "peak_note": (
        "Bezoeken die dan beginnen, op een gemiddelde dag. Uit uw eigen planning: {file}.",
        "Visits that begin then, on an average day. From your own planning: {file}.",
    ),
    "peak_alt": (
        "De meeste bezoeken beginnen om {at}: {n} per dag, waarvan {unique} alleen voor medicatie.",
        "Most visits begin at {at}: {n} a day, of which {unique} for medication alone.",
    ),
    "peak_quarter": ("vanaf", "from"),
    "peak_unique": ("uniek", "unique"),
    "peak_combined": ("gecombineerd", "combined"),
    "peak_other": ("andere zorg", "other care"),
    "page": ("blad", "page"),
    "of": ("van", "of"),
    "made": ("Gemaakt", "Made"),
    "demo": ("DEMO: verzonnen gegevens, niet gebruiken", "DEMO: made-up data, do not use"),
    "summary": ("Samenvatting", "Summary"),
}


def say(key: str, language: str, **values: object) -> str:
    """A sentence with its values filled in."""
    return WORDS[key][0 if language == "nl" else 1].format(**values)
