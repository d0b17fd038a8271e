"""Which elements of FHIR R4 (4.0.1) repeat, nest or are numbers: the part of the definitions that XML does not show.

One line of words for each type: `name*Type` repeats, `name:Type` does not; no type means text, `.` means a part of
this type itself (`Patient.contact`). What is not named is one text, or a choice that ends in its type
(`valueQuantity`). Made from the StructureDefinitions of HL7 (CC0) for the resource types that Reik exchanges.
"""

from __future__ import annotations

NUMBERS = frozenset({"integer", "decimal", "positiveInt", "unsignedInt"})
PRIMITIVES = NUMBERS | {"string", "boolean"}
# Elements of every type.
COMMON = {
    "extension": ("Extension", True),
    "modifierExtension": ("Extension", True),
    "contained": ("Resource", True),
    "meta": ("Meta", False),
}

_WORDS = {
    "Address": "line* period:Period",
    "Age": "value:decimal",
    "AllergyIntolerance": (
        "identifier*Identifier clinicalStatus:CodeableConcept verificationStatus:CodeableConcept "
        "category* code:CodeableConcept patient:Reference encounter:Reference recorder:Reference "
        "asserter:Reference note*Annotation reaction*."
    ),
    "AllergyIntolerance.reaction": (
        "substance:CodeableConcept manifestation*CodeableConcept exposureRoute:CodeableConcept "
        "note*Annotation"
    ),
    "Attachment": "size:unsignedInt",
    "AuditEvent": (
        "type:Coding subtype*Coding period:Period purposeOfEvent*CodeableConcept agent*. source:. entity*."
    ),
    "AuditEvent.agent": (
        "type:CodeableConcept role*CodeableConcept who:Reference requestor:boolean location:Reference "
        "policy* media:Coding network:. purposeOfUse*CodeableConcept"
    ),
    "AuditEvent.entity": (
        "what:Reference type:Coding role:Coding lifecycle:Coding securityLabel*Coding detail*."
    ),
    "AuditEvent.source": "observer:Reference type*Coding",
    "Basic": "identifier*Identifier code:CodeableConcept subject:Reference author:Reference",
    "Binary": "securityContext:Reference",
    "Bundle": "identifier:Identifier total:unsignedInt link*. entry*. signature:Signature",
    "Bundle.entry": "link*Bundle.link resource:Resource search:. request:. response:.",
    "Bundle.entry.response": "outcome:OperationOutcome",
    "Bundle.entry.search": "score:decimal",
    "CapabilityStatement": (
        "experimental:boolean contact*ContactDetail useContext*UsageContext jurisdiction*CodeableConcept "
        "instantiates* imports* software:. implementation:. format* patchFormat* implementationGuide* "
        "rest*. messaging*. document*."
    ),
    "CapabilityStatement.implementation": "custodian:Reference",
    "CapabilityStatement.messaging": "endpoint*. reliableCache:unsignedInt supportedMessage*.",
    "CapabilityStatement.messaging.endpoint": "protocol:Coding",
    "CapabilityStatement.rest": (
        "security:. resource*. interaction*. searchParam*CapabilityStatement.rest.resource.searchParam "
        "operation*CapabilityStatement.rest.resource.operation compartment*"
    ),
    "CapabilityStatement.rest.resource": (
        "supportedProfile* interaction*. readHistory:boolean updateCreate:boolean "
        "conditionalCreate:boolean conditionalUpdate:boolean referencePolicy* searchInclude* "
        "searchRevInclude* searchParam*. operation*."
    ),
    "CapabilityStatement.rest.security": "cors:boolean service*CodeableConcept",
    "CarePlan": (
        "identifier*Identifier instantiatesCanonical* instantiatesUri* basedOn*Reference "
        "replaces*Reference partOf*Reference category*CodeableConcept subject:Reference "
        "encounter:Reference period:Period author:Reference contributor*Reference careTeam*Reference "
        "addresses*Reference supportingInfo*Reference goal*Reference activity*. note*Annotation"
    ),
    "CarePlan.activity": (
        "outcomeCodeableConcept*CodeableConcept outcomeReference*Reference progress*Annotation "
        "reference:Reference detail:."
    ),
    "CarePlan.activity.detail": (
        "instantiatesCanonical* instantiatesUri* code:CodeableConcept reasonCode*CodeableConcept "
        "reasonReference*Reference goal*Reference statusReason:CodeableConcept doNotPerform:boolean "
        "location:Reference performer*Reference dailyAmount:Quantity quantity:Quantity"
    ),
    "CareTeam": (
        "identifier*Identifier category*CodeableConcept subject:Reference encounter:Reference "
        "period:Period participant*. reasonCode*CodeableConcept reasonReference*Reference "
        "managingOrganization*Reference telecom*ContactPoint note*Annotation"
    ),
    "CareTeam.participant": "role*CodeableConcept member:Reference onBehalfOf:Reference period:Period",
    "CodeableConcept": "coding*Coding",
    "Coding": "userSelected:boolean",
    "Communication": (
        "identifier*Identifier instantiatesCanonical* instantiatesUri* basedOn*Reference partOf*Reference "
        "inResponseTo*Reference statusReason:CodeableConcept category*CodeableConcept "
        "medium*CodeableConcept subject:Reference topic:CodeableConcept about*Reference "
        "encounter:Reference recipient*Reference sender:Reference reasonCode*CodeableConcept "
        "reasonReference*Reference payload*. note*Annotation"
    ),
    "CommunicationRequest": (
        "identifier*Identifier basedOn*Reference replaces*Reference statusReason:CodeableConcept "
        "category*CodeableConcept doNotPerform:boolean medium*CodeableConcept subject:Reference "
        "about*Reference encounter:Reference payload*. requester:Reference recipient*Reference "
        "sender:Reference reasonCode*CodeableConcept reasonReference*Reference note*Annotation"
    ),
    "Condition": (
        "identifier*Identifier clinicalStatus:CodeableConcept verificationStatus:CodeableConcept "
        "category*CodeableConcept severity:CodeableConcept code:CodeableConcept bodySite*CodeableConcept "
        "subject:Reference encounter:Reference recorder:Reference asserter:Reference stage*. evidence*. "
        "note*Annotation"
    ),
    "Condition.evidence": "code*CodeableConcept detail*Reference",
    "Condition.stage": "summary:CodeableConcept assessment*Reference type:CodeableConcept",
    "Consent": (
        "identifier*Identifier scope:CodeableConcept category*CodeableConcept patient:Reference "
        "performer*Reference organization*Reference policy*. policyRule:CodeableConcept verification*. "
        "provision:."
    ),
    "Consent.provision": (
        "period:Period actor*. action*CodeableConcept securityLabel*Coding purpose*Coding class*Coding "
        "code*CodeableConcept data*. provision*Consent.provision"
    ),
    "Consent.provision.actor": "role:CodeableConcept reference:Reference",
    "Consent.provision.data": "reference:Reference",
    "Consent.verification": "verified:boolean verifiedWith:Reference",
    "ContactDetail": "telecom*ContactPoint",
    "ContactPoint": "rank:positiveInt period:Period",
    "Contributor": "contact*ContactDetail",
    "Count": "value:decimal",
    "Coverage": (
        "identifier*Identifier type:CodeableConcept policyHolder:Reference subscriber:Reference "
        "beneficiary:Reference relationship:CodeableConcept period:Period payor*Reference class*. "
        "order:positiveInt costToBeneficiary*. subrogation:boolean contract*Reference"
    ),
    "Coverage.class": "type:CodeableConcept",
    "Coverage.costToBeneficiary": "type:CodeableConcept exception*.",
    "Coverage.costToBeneficiary.exception": "type:CodeableConcept period:Period",
    "DataRequirement": "profile* mustSupport* codeFilter*. dateFilter*. limit:positiveInt sort*.",
    "DataRequirement.codeFilter": "code*Coding",
    "DetectedIssue": (
        "identifier*Identifier code:CodeableConcept patient:Reference author:Reference "
        "implicated*Reference evidence*. mitigation*."
    ),
    "DetectedIssue.evidence": "code*CodeableConcept detail*Reference",
    "DetectedIssue.mitigation": "action:CodeableConcept author:Reference",
    "Device": (
        "identifier*Identifier definition:Reference udiCarrier*. statusReason*CodeableConcept "
        "distinctIdentifier:string deviceName*. type:CodeableConcept specialization*. version*. "
        "property*. patient:Reference owner:Reference contact*ContactPoint location:Reference "
        "note*Annotation safety*CodeableConcept parent:Reference"
    ),
    "Device.property": "type:CodeableConcept valueQuantity*Quantity valueCode*CodeableConcept",
    "Device.specialization": "systemType:CodeableConcept",
    "Device.udiCarrier": "deviceIdentifier:string",
    "Device.version": "type:CodeableConcept component:Identifier",
    "DeviceMetric": (
        "identifier*Identifier type:CodeableConcept unit:CodeableConcept source:Reference "
        "parent:Reference measurementPeriod:Timing calibration*."
    ),
    "DeviceRequest": (
        "identifier*Identifier instantiatesCanonical* instantiatesUri* basedOn*Reference "
        "priorRequest*Reference parameter*. subject:Reference encounter:Reference requester:Reference "
        "performerType:CodeableConcept performer:Reference reasonCode*CodeableConcept "
        "reasonReference*Reference insurance*Reference supportingInfo*Reference note*Annotation "
        "relevantHistory*Reference"
    ),
    "DeviceRequest.parameter": "code:CodeableConcept",
    "DeviceUseStatement": (
        "identifier*Identifier basedOn*Reference subject:Reference derivedFrom*Reference source:Reference "
        "device:Reference reasonCode*CodeableConcept reasonReference*Reference bodySite:CodeableConcept "
        "note*Annotation"
    ),
    "Distance": "value:decimal",
    "DocumentReference": (
        "identifier*Identifier type:CodeableConcept category*CodeableConcept subject:Reference "
        "author*Reference authenticator:Reference custodian:Reference relatesTo*. "
        "securityLabel*CodeableConcept content*. context:."
    ),
    "DocumentReference.content": "attachment:Attachment format:Coding",
    "DocumentReference.context": (
        "encounter*Reference event*CodeableConcept period:Period facilityType:CodeableConcept "
        "practiceSetting:CodeableConcept sourcePatientInfo:Reference related*Reference"
    ),
    "DocumentReference.relatesTo": "target:Reference",
    "Dosage": (
        "sequence:integer additionalInstruction*CodeableConcept timing:Timing site:CodeableConcept "
        "route:CodeableConcept method:CodeableConcept doseAndRate*. maxDosePerPeriod:Ratio "
        "maxDosePerAdministration:Quantity maxDosePerLifetime:Quantity"
    ),
    "Dosage.doseAndRate": "type:CodeableConcept",
    "Duration": "value:decimal",
    "Encounter": (
        "identifier*Identifier statusHistory*. class:Coding classHistory*. type*CodeableConcept "
        "serviceType:CodeableConcept priority:CodeableConcept subject:Reference episodeOfCare*Reference "
        "basedOn*Reference participant*. appointment*Reference period:Period length:Duration "
        "reasonCode*CodeableConcept reasonReference*Reference diagnosis*. account*Reference "
        "hospitalization:. location*. serviceProvider:Reference partOf:Reference"
    ),
    "Encounter.classHistory": "class:Coding period:Period",
    "Encounter.diagnosis": "condition:Reference use:CodeableConcept rank:positiveInt",
    "Encounter.hospitalization": (
        "origin:Reference admitSource:CodeableConcept reAdmission:CodeableConcept "
        "dietPreference*CodeableConcept specialCourtesy*CodeableConcept "
        "specialArrangement*CodeableConcept destination:Reference dischargeDisposition:CodeableConcept"
    ),
    "Encounter.location": "location:Reference physicalType:CodeableConcept period:Period",
    "Encounter.participant": "type*CodeableConcept period:Period individual:Reference",
    "Encounter.statusHistory": "period:Period",
    "Endpoint": (
        "identifier*Identifier connectionType:Coding managingOrganization:Reference contact*ContactPoint "
        "period:Period payloadType*CodeableConcept payloadMimeType* header*"
    ),
    "EpisodeOfCare": (
        "identifier*Identifier statusHistory*. type*CodeableConcept diagnosis*. patient:Reference "
        "managingOrganization:Reference period:Period referralRequest*Reference careManager:Reference "
        "team*Reference account*Reference"
    ),
    "EpisodeOfCare.diagnosis": "condition:Reference role:CodeableConcept rank:positiveInt",
    "EpisodeOfCare.statusHistory": "period:Period",
    "Flag": (
        "identifier*Identifier category*CodeableConcept code:CodeableConcept subject:Reference "
        "period:Period encounter:Reference author:Reference"
    ),
    "Group": (
        "identifier*Identifier active:boolean actual:boolean code:CodeableConcept quantity:unsignedInt "
        "managingEntity:Reference characteristic*. member*."
    ),
    "Group.characteristic": "code:CodeableConcept exclude:boolean period:Period",
    "Group.member": "entity:Reference period:Period inactive:boolean",
    "HealthcareService": (
        "identifier*Identifier active:boolean providedBy:Reference category*CodeableConcept "
        "type*CodeableConcept specialty*CodeableConcept location*Reference photo:Attachment "
        "telecom*ContactPoint coverageArea*Reference serviceProvisionCode*CodeableConcept eligibility*. "
        "program*CodeableConcept characteristic*CodeableConcept communication*CodeableConcept "
        "referralMethod*CodeableConcept appointmentRequired:boolean availableTime*. notAvailable*. "
        "endpoint*Reference"
    ),
    "HealthcareService.availableTime": "daysOfWeek* allDay:boolean",
    "HealthcareService.eligibility": "code:CodeableConcept",
    "HealthcareService.notAvailable": "during:Period",
    "HumanName": "given* prefix* suffix* period:Period",
    "Identifier": "type:CodeableConcept period:Period assigner:Reference",
    "List": (
        "identifier*Identifier code:CodeableConcept subject:Reference encounter:Reference "
        "source:Reference orderedBy:CodeableConcept note*Annotation entry*. emptyReason:CodeableConcept"
    ),
    "List.entry": "flag:CodeableConcept deleted:boolean item:Reference",
    "Location": (
        "identifier*Identifier operationalStatus:Coding alias* type*CodeableConcept telecom*ContactPoint "
        "address:Address physicalType:CodeableConcept position:. managingOrganization:Reference "
        "partOf:Reference hoursOfOperation*. endpoint*Reference"
    ),
    "Location.hoursOfOperation": "daysOfWeek* allDay:boolean",
    "Location.position": "longitude:decimal latitude:decimal altitude:decimal",
    "Medication": (
        "identifier*Identifier code:CodeableConcept manufacturer:Reference form:CodeableConcept "
        "amount:Ratio ingredient*. batch:."
    ),
    "Medication.ingredient": "isActive:boolean strength:Ratio",
    "MedicationAdministration": (
        "identifier*Identifier instantiates* partOf*Reference statusReason*CodeableConcept "
        "category:CodeableConcept subject:Reference context:Reference supportingInformation*Reference "
        "performer*. reasonCode*CodeableConcept reasonReference*Reference request:Reference "
        "device*Reference note*Annotation dosage:. eventHistory*Reference"
    ),
    "MedicationAdministration.dosage": (
        "site:CodeableConcept route:CodeableConcept method:CodeableConcept dose:Quantity"
    ),
    "MedicationAdministration.performer": "function:CodeableConcept actor:Reference",
    "MedicationDispense": (
        "identifier*Identifier partOf*Reference category:CodeableConcept subject:Reference "
        "context:Reference supportingInformation*Reference performer*. location:Reference "
        "authorizingPrescription*Reference type:CodeableConcept quantity:Quantity daysSupply:Quantity "
        "destination:Reference receiver*Reference note*Annotation dosageInstruction*Dosage substitution:. "
        "detectedIssue*Reference eventHistory*Reference"
    ),
    "MedicationDispense.performer": "function:CodeableConcept actor:Reference",
    "MedicationDispense.substitution": (
        "wasSubstituted:boolean type:CodeableConcept reason*CodeableConcept responsibleParty*Reference"
    ),
    "MedicationRequest": (
        "identifier*Identifier statusReason:CodeableConcept category*CodeableConcept doNotPerform:boolean "
        "subject:Reference encounter:Reference supportingInformation*Reference requester:Reference "
        "performer:Reference performerType:CodeableConcept recorder:Reference reasonCode*CodeableConcept "
        "reasonReference*Reference instantiatesCanonical* instantiatesUri* basedOn*Reference "
        "courseOfTherapyType:CodeableConcept insurance*Reference note*Annotation dosageInstruction*Dosage "
        "dispenseRequest:. substitution:. priorPrescription:Reference detectedIssue*Reference "
        "eventHistory*Reference"
    ),
    "MedicationRequest.dispenseRequest": (
        "initialFill:. dispenseInterval:Duration numberOfRepeatsAllowed:unsignedInt quantity:Quantity "
        "performer:Reference"
    ),
    "MedicationRequest.dispenseRequest.initialFill": "quantity:Quantity duration:Duration",
    "MedicationRequest.substitution": "reason:CodeableConcept",
    "MedicationStatement": (
        "identifier*Identifier basedOn*Reference partOf*Reference statusReason*CodeableConcept "
        "category:CodeableConcept subject:Reference context:Reference informationSource:Reference "
        "derivedFrom*Reference reasonCode*CodeableConcept reasonReference*Reference note*Annotation "
        "dosage*Dosage"
    ),
    "MessageHeader": (
        "destination*. sender:Reference enterer:Reference author:Reference source:. responsible:Reference "
        "reason:CodeableConcept response:. focus*Reference"
    ),
    "MessageHeader.destination": "target:Reference receiver:Reference",
    "MessageHeader.response": "details:Reference",
    "MessageHeader.source": "contact:ContactPoint",
    "Meta": (
        "profile* security*Coding tag*Coding author:Reference onBehalfOf:Reference account:Reference "
        "accounts*Reference compartment*Reference"
    ),
    "Money": "value:decimal",
    "Observation": (
        "identifier*Identifier basedOn*Reference partOf*Reference category*CodeableConcept "
        "code:CodeableConcept subject:Reference focus*Reference encounter:Reference performer*Reference "
        "dataAbsentReason:CodeableConcept interpretation*CodeableConcept note*Annotation "
        "bodySite:CodeableConcept method:CodeableConcept specimen:Reference device:Reference "
        "referenceRange*. hasMember*Reference derivedFrom*Reference component*."
    ),
    "Observation.component": (
        "code:CodeableConcept dataAbsentReason:CodeableConcept interpretation*CodeableConcept "
        "referenceRange*Observation.referenceRange"
    ),
    "Observation.referenceRange": (
        "low:Quantity high:Quantity type:CodeableConcept appliesTo*CodeableConcept age:Range"
    ),
    "OperationOutcome": "issue*.",
    "OperationOutcome.issue": "details:CodeableConcept location* expression*",
    "Organization": (
        "identifier*Identifier active:boolean type*CodeableConcept alias* telecom*ContactPoint "
        "address*Address partOf:Reference contact*. endpoint*Reference"
    ),
    "Organization.contact": "purpose:CodeableConcept name:HumanName telecom*ContactPoint address:Address",
    "ParameterDefinition": "min:integer",
    "Parameters": "parameter*.",
    "Parameters.parameter": "resource:Resource part*Parameters.parameter",
    "Patient": (
        "identifier*Identifier active:boolean name*HumanName telecom*ContactPoint address*Address "
        "maritalStatus:CodeableConcept photo*Attachment contact*. communication*. "
        "generalPractitioner*Reference managingOrganization:Reference link*."
    ),
    "Patient.communication": "language:CodeableConcept preferred:boolean",
    "Patient.contact": (
        "relationship*CodeableConcept name:HumanName telecom*ContactPoint address:Address "
        "organization:Reference period:Period"
    ),
    "Patient.link": "other:Reference",
    "Practitioner": (
        "identifier*Identifier active:boolean name*HumanName telecom*ContactPoint address*Address "
        "photo*Attachment qualification*. communication*CodeableConcept"
    ),
    "Practitioner.qualification": "identifier*Identifier code:CodeableConcept period:Period issuer:Reference",
    "PractitionerRole": (
        "identifier*Identifier active:boolean period:Period practitioner:Reference organization:Reference "
        "code*CodeableConcept specialty*CodeableConcept location*Reference healthcareService*Reference "
        "telecom*ContactPoint availableTime*. notAvailable*. endpoint*Reference"
    ),
    "PractitionerRole.availableTime": "daysOfWeek* allDay:boolean",
    "PractitionerRole.notAvailable": "during:Period",
    "Procedure": (
        "identifier*Identifier instantiatesCanonical* instantiatesUri* basedOn*Reference partOf*Reference "
        "statusReason:CodeableConcept category:CodeableConcept code:CodeableConcept subject:Reference "
        "encounter:Reference recorder:Reference asserter:Reference performer*. location:Reference "
        "reasonCode*CodeableConcept reasonReference*Reference bodySite*CodeableConcept "
        "outcome:CodeableConcept report*Reference complication*CodeableConcept "
        "complicationDetail*Reference followUp*CodeableConcept note*Annotation focalDevice*. "
        "usedReference*Reference usedCode*CodeableConcept"
    ),
    "Procedure.focalDevice": "action:CodeableConcept manipulated:Reference",
    "Procedure.performer": "function:CodeableConcept actor:Reference onBehalfOf:Reference",
    "Provenance": (
        "target*Reference policy* location:Reference reason*CodeableConcept activity:CodeableConcept "
        "agent*. entity*. signature*Signature"
    ),
    "Provenance.agent": "type:CodeableConcept role*CodeableConcept who:Reference onBehalfOf:Reference",
    "Provenance.entity": "what:Reference agent*Provenance.agent",
    "Quantity": "value:decimal",
    "Range": "low:Quantity high:Quantity",
    "Ratio": "numerator:Quantity denominator:Quantity",
    "Reference": "identifier:Identifier",
    "RelatedArtifact": "document:Attachment",
    "RelatedPerson": (
        "identifier*Identifier active:boolean patient:Reference relationship*CodeableConcept "
        "name*HumanName telecom*ContactPoint address*Address photo*Attachment period:Period "
        "communication*."
    ),
    "RelatedPerson.communication": "language:CodeableConcept preferred:boolean",
    "SampledData": (
        "origin:Quantity period:decimal factor:decimal lowerLimit:decimal upperLimit:decimal "
        "dimensions:positiveInt"
    ),
    "ServiceRequest": (
        "identifier*Identifier instantiatesCanonical* instantiatesUri* basedOn*Reference "
        "replaces*Reference requisition:Identifier category*CodeableConcept doNotPerform:boolean "
        "code:CodeableConcept orderDetail*CodeableConcept subject:Reference encounter:Reference "
        "requester:Reference performerType:CodeableConcept performer*Reference "
        "locationCode*CodeableConcept locationReference*Reference reasonCode*CodeableConcept "
        "reasonReference*Reference insurance*Reference supportingInfo*Reference specimen*Reference "
        "bodySite*CodeableConcept note*Annotation relevantHistory*Reference"
    ),
    "Signature": "type*Coding who:Reference onBehalfOf:Reference",
    "Subscription": "contact*ContactPoint channel:.",
    "Subscription.channel": "header*",
    "Task": (
        "identifier*Identifier basedOn*Reference partOf*Reference statusReason:CodeableConcept "
        "businessStatus:CodeableConcept code:CodeableConcept focus:Reference for:Reference "
        "encounter:Reference requester:Reference performerType*CodeableConcept owner:Reference "
        "location:Reference reasonCode:CodeableConcept insurance*Reference note*Annotation "
        "relevantHistory*Reference restriction:. input*. output*."
    ),
    "Task.input": "type:CodeableConcept",
    "Task.output": "type:CodeableConcept",
    "Task.restriction": "repetitions:positiveInt period:Period recipient*Reference",
    "Timing": "event* repeat:. code:CodeableConcept",
    "Timing.repeat": (
        "count:positiveInt countMax:positiveInt duration:decimal durationMax:decimal "
        "frequency:positiveInt frequencyMax:positiveInt period:decimal periodMax:decimal dayOfWeek* "
        "timeOfDay* when* offset:unsignedInt"
    ),
    "TriggerDefinition": "data*DataRequirement condition:Expression",
    "UsageContext": "code:Coding",
}


def _parts(owner: str, words: str) -> dict[str, tuple[str, bool]]:
    parts = {}
    for word in words.split():
        name, many, kind = word.partition("*" if "*" in word else ":")
        parts[name] = (f"{owner}.{name}" if kind == "." else kind or "string", many == "*")
    return parts


_PARTS = {owner: _parts(owner, words) for owner, words in _WORDS.items()}
_PRIMITIVE_ENDS = {
    "Boolean": "boolean",
    "Integer": "integer",
    "Decimal": "decimal",
    "PositiveInt": "positiveInt",
    "UnsignedInt": "unsignedInt",
    "Base64Binary": "string",
}
_ENDS = (
    *(owner for owner in _PARTS if "." not in owner),
    "Annotation",
    "Expression",
    "Period",
    *_PRIMITIVE_ENDS,
)


def element(owner: str, name: str) -> tuple[str, bool]:
    """The type of the element `name` of a value of type `owner`, and whether it repeats."""
    known = _PARTS.get(owner, {}).get(name) or COMMON.get(name)
    if known is not None:
        return known
    end = max((end for end in _ENDS if name.endswith(end) and name != end), key=len, default="string")
    return _PRIMITIVE_ENDS.get(end, end), False
