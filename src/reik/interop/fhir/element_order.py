"""In which order the elements of FHIR R4 (4.0.1) stand in XML, for the resource types that Reik exchanges.

One line of words for each type; `value?` is a choice, whose name ends in its type (`valueQuantity`). Made from the
StructureDefinitions of HL7 (CC0). What every resource or part begins with is in `FIRST`.
"""

from __future__ import annotations

from functools import lru_cache

from reik.interop.fhir.elements import element

# Before all other elements: of a resource, and of a part.
FIRST = ("id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension")

_WORDS = {
    "Address": "use type text line city district state postalCode country period",
    "Age": "value comparator unit system code",
    "Annotation": "author? time text",
    "Attachment": "contentType language data url size hash title creation",
    "Bundle": "identifier type timestamp total link entry signature",
    "Bundle.entry": "link fullUrl resource search request response",
    "Bundle.entry.request": "method url ifNoneMatch ifModifiedSince ifMatch ifNoneExist",
    "Bundle.entry.response": "status location etag lastModified outcome",
    "Bundle.entry.search": "mode score",
    "Bundle.link": "relation url",
    "CapabilityStatement": (
        "url version name title status experimental date publisher contact description useContext "
        "jurisdiction purpose copyright kind instantiates imports software implementation fhirVersion "
        "format patchFormat implementationGuide rest messaging document"
    ),
    "CapabilityStatement.document": "mode documentation profile",
    "CapabilityStatement.implementation": "description url custodian",
    "CapabilityStatement.messaging": "endpoint reliableCache documentation supportedMessage",
    "CapabilityStatement.messaging.endpoint": "protocol address",
    "CapabilityStatement.messaging.supportedMessage": "mode definition",
    "CapabilityStatement.rest": (
        "mode documentation security resource interaction searchParam operation compartment"
    ),
    "CapabilityStatement.rest.interaction": "code documentation",
    "CapabilityStatement.rest.resource": (
        "type profile supportedProfile documentation interaction versioning readHistory updateCreate "
        "conditionalCreate conditionalRead conditionalUpdate conditionalDelete referencePolicy "
        "searchInclude searchRevInclude searchParam operation"
    ),
    "CapabilityStatement.rest.resource.interaction": "code documentation",
    "CapabilityStatement.rest.resource.operation": "name definition documentation",
    "CapabilityStatement.rest.resource.searchParam": "name definition type documentation",
    "CapabilityStatement.rest.security": "cors service description",
    "CapabilityStatement.software": "name version releaseDate",
    "CodeableConcept": "coding text",
    "Coding": "system version code display userSelected",
    "Communication": (
        "identifier instantiatesCanonical instantiatesUri basedOn partOf inResponseTo status "
        "statusReason category priority medium subject topic about encounter sent received recipient "
        "sender reasonCode reasonReference payload note"
    ),
    "Communication.payload": "content?",
    "Condition": (
        "identifier clinicalStatus verificationStatus category severity code bodySite subject encounter "
        "onset? abatement? recordedDate recorder asserter stage evidence note"
    ),
    "Condition.evidence": "code detail",
    "Condition.stage": "summary assessment type",
    "ContactDetail": "name telecom",
    "ContactPoint": "system value use rank period",
    "Contributor": "type name contact",
    "Count": "value comparator unit system code",
    "DataRequirement": "type profile subject? mustSupport codeFilter dateFilter limit sort",
    "DataRequirement.codeFilter": "path searchParam valueSet code",
    "DataRequirement.dateFilter": "path searchParam value?",
    "DataRequirement.sort": "path direction",
    "Device": (
        "identifier definition udiCarrier status statusReason distinctIdentifier manufacturer "
        "manufactureDate expirationDate lotNumber serialNumber deviceName modelNumber partNumber type "
        "specialization version property patient owner contact location url note safety parent"
    ),
    "Device.deviceName": "name type",
    "Device.property": "type valueQuantity valueCode",
    "Device.specialization": "systemType version",
    "Device.udiCarrier": "deviceIdentifier issuer jurisdiction carrierAIDC carrierHRF entryType",
    "Device.version": "type component value",
    "Distance": "value comparator unit system code",
    "Dosage": (
        "sequence text additionalInstruction patientInstruction timing asNeeded? site route method "
        "doseAndRate maxDosePerPeriod maxDosePerAdministration maxDosePerLifetime"
    ),
    "Dosage.doseAndRate": "type dose? rate?",
    "Duration": "value comparator unit system code",
    "Expression": "description name language expression reference",
    "Extension": "value?",
    "HumanName": "use text family given prefix suffix period",
    "Identifier": "use type system value period assigner",
    "Location": (
        "identifier status operationalStatus name alias description mode type telecom address "
        "physicalType position managingOrganization partOf hoursOfOperation availabilityExceptions "
        "endpoint"
    ),
    "Location.hoursOfOperation": "daysOfWeek allDay openingTime closingTime",
    "Location.position": "longitude latitude altitude",
    "Medication": "identifier code status manufacturer form amount ingredient batch",
    "Medication.batch": "lotNumber expirationDate",
    "Medication.ingredient": "item? isActive strength",
    "MedicationAdministration": (
        "identifier instantiates partOf status statusReason category medication? subject context "
        "supportingInformation effective? performer reasonCode reasonReference request device note "
        "dosage eventHistory"
    ),
    "MedicationAdministration.dosage": "text site route method dose rate?",
    "MedicationAdministration.performer": "function actor",
    "MedicationDispense": (
        "identifier partOf status statusReason? category medication? subject context "
        "supportingInformation performer location authorizingPrescription type quantity daysSupply "
        "whenPrepared whenHandedOver destination receiver note dosageInstruction substitution "
        "detectedIssue eventHistory"
    ),
    "MedicationDispense.performer": "function actor",
    "MedicationDispense.substitution": "wasSubstituted type reason responsibleParty",
    "MedicationRequest": (
        "identifier status statusReason intent category priority doNotPerform reported? medication? "
        "subject encounter supportingInformation authoredOn requester performer performerType recorder "
        "reasonCode reasonReference instantiatesCanonical instantiatesUri basedOn groupIdentifier "
        "courseOfTherapyType insurance note dosageInstruction dispenseRequest substitution "
        "priorPrescription detectedIssue eventHistory"
    ),
    "MedicationRequest.dispenseRequest": (
        "initialFill dispenseInterval validityPeriod numberOfRepeatsAllowed quantity "
        "expectedSupplyDuration performer"
    ),
    "MedicationRequest.dispenseRequest.initialFill": "quantity duration",
    "MedicationRequest.substitution": "allowed? reason",
    "MedicationStatement": (
        "identifier basedOn partOf status statusReason category medication? subject context effective? "
        "dateAsserted informationSource derivedFrom reasonCode reasonReference note dosage"
    ),
    "Meta": (
        "versionId lastUpdated source profile security tag project author onBehalfOf account accounts "
        "compartment"
    ),
    "Money": "value currency",
    "Narrative": "status div",
    "Observation": (
        "identifier basedOn partOf status category code subject focus encounter effective? issued "
        "performer value? dataAbsentReason interpretation note bodySite method specimen device "
        "referenceRange hasMember derivedFrom component"
    ),
    "Observation.component": "code value? dataAbsentReason interpretation referenceRange",
    "Observation.referenceRange": "low high type appliesTo age text",
    "OperationOutcome": "issue",
    "OperationOutcome.issue": "severity code details diagnostics location expression",
    "Organization": "identifier active type name alias telecom address partOf contact endpoint",
    "Organization.contact": "purpose name telecom address",
    "ParameterDefinition": "name use min max documentation type profile",
    "Patient": (
        "identifier active name telecom gender birthDate deceased? address maritalStatus multipleBirth? "
        "photo contact communication generalPractitioner managingOrganization link"
    ),
    "Patient.communication": "language preferred",
    "Patient.contact": "relationship name telecom address gender organization period",
    "Patient.link": "other type",
    "Period": "start end",
    "Practitioner": (
        "identifier active name telecom address gender birthDate photo qualification communication"
    ),
    "Practitioner.qualification": "identifier code period issuer",
    "PractitionerRole": (
        "identifier active period practitioner organization code specialty location healthcareService "
        "telecom availableTime notAvailable availabilityExceptions endpoint"
    ),
    "PractitionerRole.availableTime": "daysOfWeek allDay availableStartTime availableEndTime",
    "PractitionerRole.notAvailable": "description during",
    "Provenance": "target occurred? recorded policy location reason activity agent entity signature",
    "Provenance.agent": "type role who onBehalfOf",
    "Provenance.entity": "role what agent",
    "Quantity": "value comparator unit system code",
    "Range": "low high",
    "Ratio": "numerator denominator",
    "Reference": "reference type identifier display",
    "RelatedArtifact": "type label display citation url document resource",
    "RelatedPerson": (
        "identifier active patient relationship name telecom gender birthDate address photo period "
        "communication"
    ),
    "RelatedPerson.communication": "language preferred",
    "SampledData": "origin period factor lowerLimit upperLimit dimensions data",
    "Signature": "type when who onBehalfOf targetFormat sigFormat data",
    "Timing": "event repeat code",
    "Timing.repeat": (
        "bounds? count countMax duration durationMax durationUnit frequency frequencyMax period "
        "periodMax periodUnit dayOfWeek timeOfDay when offset"
    ),
    "TriggerDefinition": "type name timing? data condition",
    "UsageContext": "code value?",
}

_PLACES = {
    owner: {name: place for place, name in enumerate(words.split(), len(FIRST))}
    for owner, words in _WORDS.items()
}
RESOURCES = frozenset(
    {
        "Bundle", "CapabilityStatement", "Communication", "Condition", "Device", "Location", "Medication",
        "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation",
        "OperationOutcome", "Organization", "Patient", "Practitioner", "PractitionerRole", "Provenance",
        "RelatedPerson",
    }
)  # fmt: skip
_FIRST = {name: place for place, name in enumerate(FIRST)}
LAST = 1000  # the rest, in the order they came


@lru_cache(maxsize=4096)
def place_of(owner: str, name: str) -> int:
    """Where the element `name` stands among those of `owner`; what is not known stands last."""
    places = _PLACES.get(owner, {})
    found = places.get(name, _FIRST.get(name))
    if found is not None:
        return found
    for end in range(len(name) - 1, 0, -1):
        if name[end].isupper() and f"{name[:end]}?" in places:
            return places[f"{name[:end]}?"]
    return LAST


@lru_cache(maxsize=4096)
def part_of(owner: str, name: str) -> tuple[str, bool]:
    """The type of an element and whether it repeats, as `elements.element`; a resource's text is a Narrative."""
    if name == "text" and "." not in owner and name not in _PLACES.get(owner, {}):
        return "Narrative", False
    return element(owner, name)
