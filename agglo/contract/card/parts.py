"""The two halves of a card. Empty means "not declared".

The maker's half says what its maker knows of an algorithm; the authority's half says how it is used, why, for whom and
on what terms. Each field says when it is asked: :mod:`agglo.contract.card.relevance`.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from agglo.contract.card.entries import (
    OPTIONAL,
    AIActClass,
    AIActRole,
    Automation,
    Day,
    Holding,
    LawfulBasis,
    Month,
    PersonalData,
    Reach,
    State,
    Technique,
    Theme,
    YesNo,
    entry,
)
from agglo.contract.language import N_

Custody = Literal["source", "binary", "remote", "results"]


class Part(BaseModel):
    """One half of a card."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Similar(Part):
    """A card, model or contract that serves a like purpose, and why it does not do."""

    id: str
    why: str = ""


class Source(Part):
    """Data that an algorithm uses: what, where from, how they are collected, of which kind (table, text, image, sound),
    and how much of them."""

    what: str = ""
    source: str = ""
    collected: str = ""
    kind: str = ""
    amount: str = ""


class MakerPart(Part):
    """What the maker of an algorithm knows of it."""

    title: dict[str, str] = entry("what", N_("Title"), N_("A few words, by language."), default=dict)
    purpose: dict[str, str] = entry(
        "what", N_("Purpose"), N_("What it is for, in sentences a resident understands."), default=dict
    )
    method: dict[str, str] = entry(
        "what", N_("Method"), N_("How it works: what it computes, in which steps."), when="held", default=dict
    )
    techniques: list[Technique] = entry("what", N_("Techniques"), when="held", default=list)
    references: list[str] = entry(
        "what", N_("References"), N_("Publications, standards, documentation."), when="held", default=list
    )
    data: list[str] = entry(
        "what", N_("Data it was made from"), N_("Training data, factors, parameters."), when="held", default=list
    )
    limits: list[dict[str, str]] = entry(
        "what", N_("Limits"), N_("What it does not do, and where it fails."), when="held", default=list
    )
    performance: str = entry(
        "what", N_("Performance"), N_("Measured how, on what, against what; with its interval."), when="held"
    )
    maker: str = entry("maker", N_("Maker"), when="held")
    version: str = entry("maker", N_("Version"), when=OPTIONAL)
    contact: str = entry("maker", N_("Contact of the maker"), when=OPTIONAL)
    address: str = entry("maker", N_("Address of the maker"), when=OPTIONAL)
    website: str = entry("maker", N_("Web page of the maker about it"), when=OPTIONAL)
    licence: str = entry("maker", N_("Licence"), when="held")
    custody: Custody | None = entry("maker", N_("Custody of the code"), when="held", default=None)
    hosting_country: str = entry(
        "maker", N_("Hosting country"), N_("Where it runs and where its data lie."), when="held"
    )
    applicable_law: str = entry(
        "maker", N_("Applicable law"), N_("Which law binds whoever runs it, foreign laws included."), when="held"
    )
    subcontractors: str = entry("maker", N_("Subcontractors"), N_("Who else sees the data; none is an answer."),
                                when="held")  # fmt: skip
    reversibility: str = entry(
        "maker",
        N_("Reversibility"),
        N_("How the authority leaves: what it gets back, in what form, when."),
        when="held",
    )


class AuthorityPart(Part):
    """What the authority declares of its use of an algorithm."""

    state: State = entry("life", N_("State"))
    holding: Holding = entry("life", N_("How it is held"))
    service: str = entry("life", N_("Direction"), N_("The direction of the authority that uses it."))
    owner: str = entry("life", N_("Who answers for it"), N_("A function, never the name of a person."))
    contact: str = entry("life", N_("Contact"), N_("A shared mailbox or a page, never the address of a person."))
    theme: Theme = entry("life", N_("Theme"))
    models: list[str] = entry(
        "life", N_("Models kept here"), N_("Their identifiers, water.* for every model of a system."), when=OPTIONAL,
        default=list,
    )  # fmt: skip
    since: Month = entry("life", N_("In use since"), N_("A month, such as 03/2025."), when="used")
    until: Month = entry("life", N_("In use until"), N_("A month, such as 03/2025."), when="retired")
    review_due: Day = entry(
        "life", N_("Review due"), N_("The day by which this card is read again, such as 31/12/2027."), when="started"
    )
    updated: Day = entry("life", N_("Card updated"), N_("Set by publishing."), when=OPTIONAL)
    website: str = entry("life", N_("Page of the authority about it"), when=OPTIONAL)
    tags: list[str] = entry("life", N_("Keywords"), when=OPTIONAL, default=list)
    provenance: list[str] = entry(
        "life", N_("Where this card's facts are from"), N_("Document, place in it, day it was read."), when=OPTIONAL,
        default=list,
    )  # fmt: skip

    need: str = entry("use", N_("Need"), N_("What people cannot do today, in their own words."))
    consulted: list[str] = entry("use", N_("Who was consulted"), N_("Who, when, and what they said."), default=list)
    benefit: str = entry("use", N_("Benefit"), N_("What gets better, for whom."))
    benefit_measure: str = entry(
        "use", N_("How the benefit is measured"), N_("The figure, its value before, its target, and when it is read.")
    )
    simple_baseline: str = entry(
        "use", N_("Simple baseline it must beat"), N_("A rule of thumb, a spreadsheet, last year's figure.")
    )
    alternative: str = entry("use", N_("Alternative without digital tools"), N_("And why it is not enough."))
    similar: list[Similar] = entry(
        "use", N_("What already serves a like purpose"), N_("What is already held, each with why it does not do."),
        when=OPTIONAL, default=list,
    )  # fmt: skip
    why_again: str = entry("use", N_("Why buy or build again"), when="again")

    context: str = entry("decision", N_("Context"), N_("The service or procedure it is part of."), when="held")
    stage: str = entry("decision", N_("When it steps in"), N_("At which step of the decision."), when="held")
    automation: Automation = entry("decision", N_("Degree of automation"), when="held")
    individual_decisions: YesNo = entry(
        "decision", N_("Is it used to decide about a person or a business?"), when="held"
    )
    decisions_per_year: str = entry("decision", N_("Decisions a year"), when="individual")
    mention: str = entry(
        "decision", N_("Where its explicit mention stands"), N_("The letter, notice or page that bears it."),
        when="individual",
    )  # fmt: skip
    reach: Reach = entry("decision", N_("Who it is about"), when="held")
    people_concerned: str = entry("decision", N_("People concerned"), when="held")
    human_oversight: str = entry(
        "decision", N_("Human oversight"), N_("Who can check, correct or stop it, and how."), when="held"
    )
    training: str = entry("decision", N_("Training of whoever uses it"), when="used")
    contest: str = entry("decision", N_("How to contest"), N_("To whom, how, in what time."), when="affects")

    public_facing: YesNo = entry("people", N_("Do residents meet it?"), when="held")
    plain_text: dict[str, str] = entry(
        "people", N_("In plain words"), N_("What a resident needs to know, in five short sentences."), when="public",
        default=dict,
    )  # fmt: skip
    left_out: str = entry("people", N_("Who may be left out"), when="public")
    human_channel: str = entry("people", N_("A person to turn to: place"), when="public")
    human_hours: str = entry("people", N_("A person to turn to: hours"), when="public")
    human_telephone: str = entry("people", N_("A person to turn to: telephone"), when="public")
    minors: str = entry("people", N_("Minors"), N_("Whether they meet it, and what protects them."), when="public")
    synthetic_content: str = entry(
        "people", N_("Text, image or sound it makes"), N_("How it is labelled as machine-made; none is an answer."),
        when="public",
    )  # fmt: skip

    personal_data: PersonalData = entry("data", N_("Personal data"), when="held")
    personal_data_basis: LawfulBasis = entry("data", N_("Lawful basis (GDPR)"), when="personal")
    retention: str = entry("data", N_("How long data are kept"), when="personal")
    sources: list[Source] = entry("data", N_("Data processed"), when="held", default=list)

    legal_basis: str = entry("law", N_("Legal basis"), N_("The texts that found its use."), when="held")
    risks: str = entry("law", N_("Risks"), N_("What can go wrong, for whom."), when="held")
    mitigations: str = entry("law", N_("What is done about the risks"), when="held")
    ai_act_class: AIActClass = entry("law", N_("Class under the AI Act"), when="held")
    ai_act_roles: list[AIActRole] = entry("law", N_("Roles under the AI Act"), when=OPTIONAL, default=list)
    ai_act_answers: dict[str, str] = entry("law", N_("Answers to the AI Act questions"), when=OPTIONAL, default=dict)
    ai_act_checked: Day = entry("law", N_("AI Act questions answered on"), when=OPTIONAL)
    impact_assessment: str = entry(
        "law",
        N_("Fundamental rights impact assessment"),
        N_("Its main findings, and where it is; or why none is due."),
        when="high-risk",
    )
    data_protection_assessment: str = entry(
        "law", N_("Data protection impact assessment"), N_("Its main findings, or why none is needed."), when="personal"
    )

    contract: str = entry("cost", N_("Contract"), N_("Its number, what it is about, until when."), when="bought")
    procurement: str = entry("cost", N_("Kind of purchase"), when=OPTIONAL)
    cost: str = entry("cost", N_("Cost"), N_("Euros to buy or build, and euros a year; all taxes said."), when="held")

    eu_database: str = entry("registration", N_("Address of the provider's entry in the EU database"), when=OPTIONAL)
    submitter: str = entry("registration", N_("Who submits the entry"), N_("Function and contact."), when=OPTIONAL)
    representative: str = entry("registration", N_("Authorised representative"), when=OPTIONAL)
    market_status: str = entry("registration", N_("Status on the market"), when=OPTIONAL)
    certificate: str = entry("registration", N_("Certificate of the notified body"), when=OPTIONAL)
    conformity: str = entry("registration", N_("EU declaration of conformity"), when=OPTIONAL)
    instructions: str = entry("registration", N_("Instructions for use"), when=OPTIONAL)
    member_states: list[str] = entry("registration", N_("Member States where it is"), when=OPTIONAL, default=list)
    exemption: str = entry("registration", N_("Condition of article 6(3) that is met"), when=OPTIONAL)
    exemption_grounds: str = entry("registration", N_("Grounds for that condition"), when=OPTIONAL)
