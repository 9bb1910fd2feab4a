"""Cards written for tests: every entry that is asked of them is declared. Texts, names and figures are made up."""

from typing import Any

from agglo.contract.card import AuthorityPart, Card, MakerPart
from agglo.trust.governance.authority import Authority
from agglo.trust.register.exports.target import Subject
from agglo.trust.register.use import Use

_LEAK_MAKER: dict[str, Any] = {
    "title": {"fr": "Repérage des fuites après compteur", "en": "Leaks behind the meter"},
    "purpose": {
        "fr": "Repérer les consommations d'eau anormales et prévenir l'abonné d'une fuite probable.",
        "en": "Find abnormal water consumption and tell the subscriber of a probable leak.",
    },
    "method": {
        "fr": "Compare le débit de chaque nuit à celui des trente nuits précédentes et signale tout écart durable.",
        "en": "Compares the flow of each night with that of the thirty nights before and flags any lasting rise.",
    },
    "techniques": ["rules", "statistics"],
    "references": ["Notice technique du fournisseur, version 4.2, chapitre 3"],
    "data": ["Seuils réglés sur 4 000 compteurs de trois services d'eau, 2019 à 2023"],
    "limits": [
        {"fr": "Ne voit pas les fuites inférieures à deux litres par heure.",
         "en": "Does not see leaks below two litres an hour."}
    ],
    "performance": "87 % des fuites confirmées étaient signalées (IC 95 % : 83 à 90 %), 420 interventions de 2025.",
    "maker": "Aquavigie SAS",
    "version": "4.2.1",
    "contact": "support@aquavigie.example",
    "address": "12 rue des Sources, 69000 Lyon",
    "website": "https://aquavigie.example/fuites",
    "licence": "Propriétaire",
    "custody": "remote",
    "hosting_country": "France (Roubaix et Gravelines)",
    "applicable_law": "Droit français ; aucun actionnaire soumis à un droit étranger",
    "subcontractors": "Un hébergeur, OVHcloud, pour les serveurs seulement",
    "reversibility": "Mesures et alertes rendues en CSV sous trente jours à la fin du marché",
}  # fmt: skip

_LEAK_AUTHORITY: dict[str, Any] = {
    "state": "in-use",
    "holding": "bought",
    "service": "Direction de l'eau",
    "owner": "Responsable de la relève et de la facturation",
    "contact": "eau@agglo.example",
    "theme": "water",
    "since": "2025-03",
    "review_due": "2027-03-31",
    "updated": "2026-10-12",
    "website": "https://agglo.example/eau/fuites",
    "tags": ["eau", "fuite", "compteur"],
    "provenance": ["Rapport annuel du service d'eau 2025, page 31, lu le 12 octobre 2026"],
    "need": "Les abonnés découvrent une fuite à la facture, parfois six mois trop tard.",
    "consulted": ["Association d'usagers de l'eau, 14 janvier 2025 : favorable, demande un courrier plus clair"],
    "benefit": "Moins d'eau perdue et moins de factures impossibles à payer pour les ménages.",
    "benefit_measure": "Volume perdu par fuite : 210 m³ avant, objectif 90 m³, lu chaque année en mars.",
    "simple_baseline": "Alerter tout abonné dont la consommation du mois a doublé.",
    "alternative": "Relever les compteurs à pied deux fois par an, trop rare pour éviter les pertes.",
    "similar": [{"id": "water.balance", "why": "Calcule le bilan d'un secteur, jamais d'un abonné."}],
    "why_again": "Aucun outil déjà détenu ne lit les compteurs un par un.",
    "context": "Gestion des abonnements et de la facturation du service public d'eau potable.",
    "stage": "Chaque matin, avant que l'agent ne décide d'écrire à l'abonné.",
    "automation": "support",
    "individual_decisions": "yes",
    "decisions_per_year": "1200",
    "mention": "Au bas du courrier « consommation anormale » et sur la page du service",
    "reach": "external",
    "people_concerned": "Les 62 000 abonnés équipés d'un compteur communicant",
    "human_oversight": "Un agent relit chaque alerte et peut l'écarter en donnant son motif.",
    "training": "Une demi-journée par agent de la relève, renouvelée chaque année",
    "contest": "Par courrier ou au guichet de l'eau, réponse sous un mois, puis médiateur de l'eau",
    "public_facing": "no",
    "personal_data": "ordinary",
    "personal_data_basis": "public-task",
    "retention": "Trois ans pour les alertes, treize mois pour les débits horaires",
    "sources": [
        {
            "what": "Débits horaires des compteurs",
            "source": "Service d'eau",
            "collected": "Télérelève quotidienne",
            "kind": "table",
            "amount": "3 000 compteurs, 24 index par jour",
        },
        {"what": "Adresse et nom de l'abonné", "source": "L'abonné", "collected": "Contrat d'abonnement signé"},
    ],
    "legal_basis": "Code général des collectivités territoriales, articles L.2224-7 et L.2224-12-4",
    "risks": "Une fausse alerte inquiète pour rien ; une fuite manquée coûte cher à un ménage modeste.",
    "mitigations": "Relecture par un agent, numéro de rappel sur le courrier, bilan trimestriel des erreurs.",
    "ai_act_class": "minimal",
    "ai_act_roles": ["deployer"],
    "ai_act_checked": "2026-10-12",
    "data_protection_assessment": "Analyse du 3 février 2025 : risque faible une fois les débits horaires effacés.",
    "contract": "Marché 2024-118, télérelève et alertes, jusqu'au 31 décembre 2028",
    "procurement": "Procédure adaptée",
    "cost": "48 000 euros à l'achat, puis 11 500 euros par an, toutes taxes comprises",
}

_CHATBOT_MAKER: dict[str, Any] = {
    **_LEAK_MAKER,
    "title": {"fr": "Assistant des démarches", "en": "Assistant for procedures"},
    "purpose": {
        "fr": "Répondre par écrit aux questions des habitants sur leurs démarches.",
        "en": "Answer residents' questions about procedures in writing.",
    },
    "method": {
        "fr": "Cherche les pages utiles du site puis fait rédiger une réponse par un modèle de langue.",
        "en": "Finds the pages of the site that help, then has a language model write an answer.",
    },
    "techniques": ["generative"],
    "references": ["Documentation publique du modèle de langue, consultée en juin 2026"],
    "data": ["Pages du site de l'agglomération, mises à jour chaque nuit"],
    "limits": [{"fr": "Ne connaît pas le dossier de la personne.", "en": "Does not know anybody's file."}],
    "performance": "91 % de réponses justes sur 300 questions relues par des agents en mai 2026.",
    "maker": "Parlons Clair SCOP",
    "version": "2.0",
    "contact": "bonjour@parlonsclair.example",
    "address": "4 place du Marché, 44000 Nantes",
    "website": "https://parlonsclair.example",
    "licence": "MIT",
    "custody": "source",
}

_CHATBOT_AUTHORITY: dict[str, Any] = {
    "state": "in-use",
    "holding": "bought",
    "service": "Direction de la relation aux habitants",
    "owner": "Responsable de l'accueil numérique",
    "contact": "accueil@agglo.example",
    "theme": "residents",
    "since": "2026-02",
    "review_due": "2027-02-28",
    "updated": "2026-11-02",
    "website": "https://agglo.example/assistant",
    "tags": ["accueil", "démarches"],
    "need": "Le soir et le dimanche, personne ne répond aux questions simples.",
    "consulted": ["Conseil de développement, 9 septembre 2025 : demande un numéro humain toujours visible"],
    "benefit": "Une réponse immédiate à toute heure pour les questions les plus courantes.",
    "benefit_measure": "Part des appels simples : 40 % avant, objectif 25 %, relevée chaque trimestre.",
    "simple_baseline": "Une page de questions fréquentes bien classée.",
    "alternative": "Ouvrir l'accueil téléphonique le soir, au prix de deux postes de plus.",
    "context": "Accueil des habitants sur le site de l'agglomération.",
    "stage": "Avant toute démarche : il informe et n'instruit aucun dossier.",
    "automation": "none",
    "individual_decisions": "no",
    "reach": "external",
    "people_concerned": "Tout visiteur du site, environ 3 000 par mois",
    "human_oversight": "Une équipe relit cinquante conversations par semaine et peut le couper à tout moment.",
    "training": "Deux heures pour chaque agent d'accueil, sur ses limites",
    "contest": "En écrivant à l'accueil, qui répond sous deux jours ouvrés",
    "public_facing": "yes",
    "plain_text": {
        "fr": "C'est un programme qui répond. Il peut se tromper. Il ne garde pas votre nom. Une personne peut vous "
        "répondre au téléphone. Vous pouvez toujours venir au guichet.",
        "en": "A program answers. It may be wrong. It does not keep your name. A person can answer you by telephone. "
        "You may always come to the desk.",
    },
    "left_out": "Les personnes qui lisent mal ou n'ont pas d'accès à internet",
    "human_channel": "Maison des services, 1 rue Jean Rostand, Orsay",
    "human_hours": "Du lundi au vendredi de 9 h à 17 h 30",
    "human_telephone": "01 00 00 00 00",
    "minors": "Ils peuvent le rencontrer ; aucun compte, aucune donnée demandée",
    "synthetic_content": "Chaque réponse commence par « Réponse écrite par une machine »",
    "personal_data": "ordinary",
    "personal_data_basis": "public-task",
    "retention": "Conversations effacées au bout de trente jours",
    "sources": [{"what": "Questions posées", "source": "Les visiteurs", "collected": "Saisie dans la page"}],
    "legal_basis": "Code des relations entre le public et l'administration, article L.112-8",
    "risks": "Une réponse fausse fait manquer un délai à quelqu'un.",
    "mitigations": "Chaque réponse renvoie à la page officielle et au numéro d'accueil.",
    "ai_act_class": "transparency",
    "ai_act_roles": ["deployer"],
    "ai_act_checked": "2026-11-02",
    "data_protection_assessment": "Aucune n'est exigée : avis du délégué du 5 janvier 2026.",
    "contract": "Marché 2025-047, assistant en ligne, jusqu'au 31 janvier 2029",
    "procurement": "Procédure adaptée",
    "cost": "9 600 euros à l'achat, puis 7 200 euros par an, toutes taxes comprises",
}

_SCHOOL_MAKER: dict[str, Any] = {
    **_LEAK_MAKER,
    "title": {"fr": "Affectation des places en école", "en": "Allocation of school places"},
    "purpose": {
        "fr": "Proposer une école à chaque enfant selon les vœux, la distance et la fratrie.",
        "en": "Propose a school for each child from wishes, distance and siblings.",
    },
    "method": {
        "fr": "Classe les demandes par points puis les affecte par acceptation différée.",
        "en": "Ranks requests by points, then allocates them by deferred acceptance.",
    },
    "techniques": ["rules", "optimisation", "learning"],
    "references": ["Gale et Shapley, 1962, doi 10.2307/2312726"],
    "data": ["Affectations des rentrées 2018 à 2024, anonymisées"],
    "limits": [{"fr": "Ne tient pas compte d'une situation familiale non déclarée.",
                "en": "Ignores a family situation that is not declared."}],
    "performance": "94 % des familles obtiennent l'un de leurs deux premiers vœux, rentrée 2025, 3 100 enfants.",
    "maker": "Cartable Numérique SA",
    "version": "7.1",
    "contact": "conformite@cartable.example",
    "address": "80 avenue de l'École, 31000 Toulouse",
    "website": "https://cartable.example/affectation",
}  # fmt: skip

_SCHOOL_AUTHORITY: dict[str, Any] = {
    "state": "in-use",
    "holding": "bought",
    "service": "Direction de l'éducation",
    "owner": "Responsable des inscriptions scolaires",
    "contact": "ecoles@agglo.example",
    "theme": "education",
    "since": "2024-09",
    "review_due": "2027-01-31",
    "updated": "2026-09-15",
    "website": "https://agglo.example/ecoles/affectation",
    "tags": ["école", "inscription"],
    "need": "Les familles ne comprenaient pas pourquoi une école leur était refusée.",
    "consulted": ["Fédérations de parents, 3 mars 2024 : favorables si les points sont publiés"],
    "benefit": "Les mêmes règles pour tous, connues d'avance.",
    "benefit_measure": "Recours par rentrée : 140 avant, objectif 60, comptés chaque octobre.",
    "simple_baseline": "Affecter chaque enfant à l'école la plus proche de chez lui.",
    "alternative": "Une commission qui examine chaque dossier, deux mois de travail par rentrée.",
    "context": "Inscription à l'école maternelle et élémentaire.",
    "stage": "Après la clôture des vœux, avant la commission d'affectation.",
    "automation": "partial",
    "individual_decisions": "yes",
    "decisions_per_year": "3100",
    "mention": "Sur chaque notification d'affectation et sur le portail des familles",
    "reach": "external",
    "people_concerned": "Les familles qui inscrivent un enfant à l'école publique",
    "human_oversight": "La commission examine toute proposition contestée et peut la changer.",
    "training": "Une journée pour chaque membre de la commission",
    "contest": "Recours gracieux sous deux mois auprès de la direction de l'éducation",
    "public_facing": "no",
    "personal_data": "sensitive",
    "personal_data_basis": "public-task",
    "retention": "Deux années scolaires, puis statistiques anonymes",
    "sources": [
        {"what": "Vœux et composition de la famille", "source": "Les familles", "collected": "Formulaire en ligne"},
        {"what": "Notification de handicap", "source": "Maison départementale", "collected": "Pièce jointe au dossier"},
    ],
    "legal_basis": "Code de l'éducation, articles L.131-5 et L.212-7",
    "risks": "Éloigner de l'école des familles qui remplissent mal le formulaire.",
    "mitigations": "Aide au remplissage en mairie et contrôle des écarts par quartier.",
    "ai_act_class": "high-risk",
    "ai_act_roles": ["deployer"],
    "ai_act_checked": "2026-09-15",
    "impact_assessment": "Analyse du 2 juin 2026 : risque d'écart par quartier, suivi chaque rentrée, document public.",
    "data_protection_assessment": "Analyse du 20 mai 2026 : accès aux pièces de santé limité à deux agents.",
    "contract": "Marché 2023-009, affectation scolaire, jusqu'au 31 août 2027",
    "procurement": "Appel d'offres ouvert",
    "cost": "72 000 euros à l'achat, puis 18 000 euros par an, toutes taxes comprises",
    "eu_database": "https://base-ue.example/entries/4471",
    "submitter": "Responsable des inscriptions scolaires, ecoles@agglo.example",
    "representative": "Sans objet : le fournisseur est établi dans l'Union",
    "market_status": "En service",
    "certificate": "Contrôle interne (annexe VI) : aucun organisme notifié",
    "conformity": "https://cartable.example/declaration-ue.pdf",
    "instructions": "https://cartable.example/notice.pdf",
    "member_states": ["FR", "BE"],
    "exemption": "",
    "exemption_grounds": "",
}


def complete_card(**changed: object) -> Card:
    """A leak detector bought and in use, about whose alerts agents decide; ``changed`` entries of the authority."""
    return _card(_LEAK_MAKER, _LEAK_AUTHORITY, changed)


def public_card(**changed: object) -> Card:
    """A chatbot that residents meet, and which decides nothing."""
    return _card(_CHATBOT_MAKER, _CHATBOT_AUTHORITY, changed)


def high_risk_card(**changed: object) -> Card:
    """An allocation of school places: annex III, point 3(a) of the AI Act; the authority is its deployer."""
    return _card(_SCHOOL_MAKER, _SCHOOL_AUTHORITY, changed)


def authority(**changed: str) -> Authority:
    """An authority of which everything is said."""
    said = {
        "name": "Communauté d'agglomération Exemple",
        "siren": "200056232",
        "siret": "20005623200016",
        "address": "1 rue Jean Rostand, 91400 Orsay",
        "website": "https://agglo.example",
        "contact": "registre@agglo.example",
        "data_protection_officer": "dpo@agglo.example",
        "requests": "documents@agglo.example",
    }
    return Authority(**{**said, **changed})


def subject(card: Card, id: str = "fuites", **changed: object) -> Subject:
    """A card as exporters are given it, of :func:`authority`, with a page and without measured use."""
    said: dict[str, Any] = {"use": Use(), "authority": authority(), "page": f"https://portail.example/register/{id}"}
    return Subject(id, card, **{**said, **changed})


def _card(maker: dict[str, Any], ours: dict[str, Any], changed: dict[str, object]) -> Card:
    return Card(maker=MakerPart.model_validate(maker), authority=AuthorityPart.model_validate({**ours, **changed}))
