# SPDX-License-Identifier: Apache-2.0
"""Reads the objects of one case as pydicom does and says of each requirement of IHE AI Results
whether they meet it: a line "ok NAME" or "failed NAME: why" for each.

Usage: air_profile.py FOLDER, with segmentation.dcm, report.dcm, the other results as *.dcm, and
the source images' attributes as source.dcm (one of them).
"""

import pathlib
import re
import sys

import pydicom
from pydicom.sr.codedict import codes

folder = pathlib.Path(sys.argv[1])
source = pydicom.dcmread(folder / "source.dcm", force=True)
objects = {f.name: pydicom.dcmread(f) for f in folder.glob("*.dcm") if f.name != "source.dcm"}
sr = objects["report.dcm"]
seg = objects["segmentation.dcm"]
requirements = []


def requirement(check):
    requirements.append(check)
    return check


def code(sequence):
    item = sequence[0]
    return (getattr(item, "CodeValue", None) or item.LongCodeValue, item.CodingSchemeDesignator)


def name(item):
    return code(item.ConceptNameCodeSequence) if "ConceptNameCodeSequence" in item else None


def children(item, value=None, scheme="DCM"):
    return [
        c for c in item.get("ContentSequence", []) if value is None or name(c) == (value, scheme)
    ]


def only(item, value, scheme="DCM"):
    found = children(item, value, scheme)
    assert len(found) == 1, f"{len(found)} items of {value}"
    return found[0]


def everything(item):
    yield item
    for child in item.get("ContentSequence", []):
        yield from everything(child)


def groups():
    return children(only(sr, "126010"), "125007")


def numbers():
    return [(g, n) for g in groups() for n in children(g) if n.ValueType == "NUM"]


def is_uid(text):
    return re.fullmatch(r"[0-2](\.(0|[1-9][0-9]*))+", text) and len(text) <= 64


# General result encoding


@requirement
def sop_classes():
    assert sr.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.34", sr.SOPClassUID
    assert seg.SOPClassUID == "1.2.840.10008.5.1.4.1.1.66.4", seg.SOPClassUID


@requirement
def same_study_and_patient():
    for file, d in objects.items():
        assert d.StudyInstanceUID == source.StudyInstanceUID, file
        for keyword in ("PatientID", "PatientName", "AccessionNumber", "StudyID", "StudyDate"):
            here, there = d.get(keyword) or "", source.get(keyword) or ""
            assert here == there, f"{file} {keyword}"


@requirement
def series_of_their_own():
    series = {}
    for file, d in objects.items():
        assert d.SeriesInstanceUID != source.SeriesInstanceUID, file
        series.setdefault(d.SeriesInstanceUID, set()).add((d.Modality, d.SOPClassUID))
        assert d.SeriesDescription and d.SeriesNumber is not None, file
    assert all(len(kinds) == 1 for kinds in series.values()), series


@requirement
def unique_instances():
    uids = [d.SOPInstanceUID for d in objects.values()]
    assert len(set(uids)) == len(uids) and all(is_uid(u) for u in uids)


@requirement
def equipment():
    for file, d in objects.items():
        for keyword in (
            "Manufacturer",
            "ManufacturerModelName",
            "DeviceSerialNumber",
            "SoftwareVersions",
        ):
            assert d.get(keyword), f"{file} {keyword}"


@requirement
def contributing_equipment():
    devices = set()
    for file, d in objects.items():
        found = [
            item
            for item in d.ContributingEquipmentSequence
            if code(item.PurposeOfReferenceCodeSequence) == ("Newcode1", "99IHE")
        ]
        assert len(found) == 1, file
        for keyword in ("Manufacturer", "ManufacturerModelName", "SoftwareVersions", "DeviceUID"):
            assert found[0].get(keyword), f"{file} {keyword}"
        assert is_uid(found[0].DeviceUID)
        devices.add(found[0].DeviceUID)
    assert len(devices) == 1, "one algorithm, one Device UID"


@requirement
def content_date_and_time():
    for file, d in objects.items():
        assert re.fullmatch(r"\d{8}", d.ContentDate), file
        assert re.fullmatch(r"\d{6}(\.\d+)?", d.ContentTime), file


# The tree of results and its root


@requirement
def root_is_a_measurement_report():
    assert sr.ValueType == "CONTAINER"
    assert name(sr) == ("126000", "DCM"), name(sr)
    template = sr.ContentTemplateSequence[0]
    assert (template.MappingResource, template.TemplateIdentifier) == ("DCMR", "1500")


@requirement
def status():
    assert (sr.CompletionFlag, sr.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    assert sr.PreliminaryFlag == "PRELIMINARY"


@requirement
def language():
    item = only(sr, "121049")
    assert code(item.ConceptCodeSequence) == ("en-US", "RFC5646")


@requirement
def observer_is_a_device():
    assert code(only(sr, "121005").ConceptCodeSequence) == ("121007", "DCM")
    assert is_uid(only(sr, "121012").UID)
    for value in ("121013", "121014", "121015", "121016"):
        assert only(sr, value).TextValue, value
        assert only(sr, value).RelationshipType == "HAS OBS CONTEXT", value


@requirement
def procedure_reported_is_the_imaging():
    item = only(sr, "121058")
    assert code(item.ConceptCodeSequence) == ("24627-2", "LN")
    assert item.RelationshipType == "HAS CONCEPT MOD"


@requirement
def image_library():
    library = only(sr, "111028")
    assert library.ContentTemplateSequence[0].TemplateIdentifier == "1600"
    listed = set()
    for group in children(library, "126200"):
        assert code(only(group, "121139").ConceptCodeSequence) == ("CT", "DCM")
        for item in children(group):
            if item.ValueType == "IMAGE":
                listed.add(item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)
    measured = {
        i.ReferencedSOPInstanceUID
        for s in seg.ReferencedSeriesSequence
        for i in s.ReferencedInstanceSequence
    }
    assert listed == measured and listed


@requirement
def evidence_holds_every_reference():
    evidence = {
        (study.StudyInstanceUID, i.ReferencedSOPClassUID, i.ReferencedSOPInstanceUID)
        for study in sr.CurrentRequestedProcedureEvidenceSequence
        for s in study.ReferencedSeriesSequence
        for i in s.ReferencedSOPSequence
    }
    referenced = {
        (sr.StudyInstanceUID, r.ReferencedSOPClassUID, r.ReferencedSOPInstanceUID)
        for item in everything(sr)
        for r in item.get("ReferencedSOPSequence", [])
    }
    assert evidence == referenced


@requirement
def predecessor():
    documents = sr.get("PredecessorDocumentsSequence", [])
    if "-2" in folder.name:
        item = documents[0].ReferencedSeriesSequence[0]
        assert item.SeriesInstanceUID == sr.SeriesInstanceUID, "the same series"
        assert item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID != sr.SOPInstanceUID
        assert documents[0].StudyInstanceUID == sr.StudyInstanceUID
    else:
        assert not documents


# Measurements


@requirement
def groups_are_volumetric():
    assert groups()
    for group in groups():
        assert group.ContentTemplateSequence[0].TemplateIdentifier == "1411"


@requirement
def tracking():
    seen = set()
    described = {s.TrackingUID: s.TrackingID for s in seg.SegmentSequence}
    for group in groups():
        identifier, uid = only(group, "112039"), only(group, "112040")
        assert identifier.RelationshipType == uid.RelationshipType == "HAS OBS CONTEXT"
        assert identifier.TextValue and is_uid(uid.UID) and uid.UID not in seen
        seen.add(uid.UID)
        if uid.UID in described:
            assert described.pop(uid.UID) == identifier.TextValue
    assert not described, "each segment is tracked under the same UID"


@requirement
def finding_and_site():
    sides = {c.value for c in (codes.SCT.Right, codes.SCT.Left, codes.SCT.Bilateral)}
    for group in groups():
        assert only(group, "121071").ValueType == "CODE"
        site = only(group, "363698007", "SCT")
        assert code(site.ConceptCodeSequence) == ("39607008", "SCT")
        laterality = only(site, "272741003", "SCT")
        assert code(laterality.ConceptCodeSequence)[0] in sides


@requirement
def regions_are_segments():
    numbers_of_segments = {s.SegmentNumber for s in seg.SegmentSequence}
    for group in groups():
        reference = only(group, "121191").ReferencedSOPSequence[0]
        assert reference.ReferencedSOPClassUID == seg.SOPClassUID
        assert reference.ReferencedSOPInstanceUID == seg.SOPInstanceUID
        referenced = reference.ReferencedSegmentNumber
        several = list(referenced) if hasattr(referenced, "__iter__") else [referenced]
        assert set(several) <= numbers_of_segments
        assert only(group, "121232").UID == source.SeriesInstanceUID


@requirement
def measurements_are_coded_with_units():
    assert numbers()
    for _, number in numbers():
        for measured in number.MeasuredValueSequence:
            assert measured.NumericValue is not None
            assert code(measured.MeasurementUnitsCodeSequence)[1] == "UCUM"
        assert number.RelationshipType == "CONTAINS"


@requirement
def what_is_missing_says_why():
    for _, number in numbers():
        if not number.MeasuredValueSequence:
            assert code(number.NumericValueQualifierCodeSequence) == ("114011", "DCM")
            assert only(number, "NOT_MEASURED", "99HOUNSFIELD").TextValue


@requirement
def algorithm_of_each_measurement():
    for _, number in numbers():
        for value in ("111001", "111003", "111002"):
            item = only(number, value)
            assert item.TextValue and item.RelationshipType == "HAS CONCEPT MOD"


@requirement
def private_codes_are_identified():
    schemes = {i.CodingSchemeDesignator for i in sr.CodingSchemeIdentificationSequence}
    assert "99HOUNSFIELD" in schemes


# Qualitative findings


@requirement
def qualitative_findings_are_coded():
    evaluations = only(sr, "C0034375", "UMLS")
    found = [i for i in children(evaluations) if i.ValueType == "CODE"]
    assert all(code(i.ConceptCodeSequence) for i in found)
    assert all(i.RelationshipType == "CONTAINS" for i in children(evaluations))


# Regions: segmentation


@requirement
def segments_are_coded():
    for segment in seg.SegmentSequence:
        assert segment.SegmentLabel
        assert segment.SegmentAlgorithmType == "AUTOMATIC"
        assert segment.SegmentAlgorithmName
        assert code(segment.SegmentedPropertyCategoryCodeSequence)[1] == "SCT"
        assert code(segment.SegmentedPropertyTypeCodeSequence)
        assert len(segment.RecommendedDisplayCIELabValue) == 3


@requirement
def segments_identify_their_algorithm():
    for segment in seg.SegmentSequence:
        item = segment.SegmentationAlgorithmIdentificationSequence[0]
        assert code(item.AlgorithmFamilyCodeSequence) == ("123110", "DCM")
        assert item.AlgorithmName and item.AlgorithmVersion and item.AlgorithmParameters


@requirement
def segments_are_tracked():
    for segment in seg.SegmentSequence:
        assert segment.TrackingID and is_uid(segment.TrackingUID)


@requirement
def segmentation_is_on_the_images():
    assert seg.FrameOfReferenceUID == source.FrameOfReferenceUID
    shared = seg.SharedFunctionalGroupsSequence[0]
    assert shared.PixelMeasuresSequence[0].SpacingBetweenSlices
    assert len(shared.PlaneOrientationSequence[0].ImageOrientationPatient) == 6
    assert seg.ReferencedSeriesSequence[0].SeriesInstanceUID == source.SeriesInstanceUID
    for frame in seg.PerFrameFunctionalGroupsSequence:
        assert len(frame.PlanePositionSequence[0].ImagePositionPatient) == 3
        image = frame.DerivationImageSequence[0].SourceImageSequence[0]
        assert image.ReferencedSOPInstanceUID and image.SpatialLocationsPreserved == "YES"


@requirement
def segmentation_says_what_it_is():
    assert seg.ContentLabel and seg.ContentDescription and "ContentCreatorName" in seg


for check in requirements:
    label = check.__name__.replace("_", " ")
    try:
        check()
        print("ok", label)
    except Exception as fault:  # whatever keeps a reader from reading is a failure of that rule
        print(f"failed {label}: {type(fault).__name__} {fault}")
