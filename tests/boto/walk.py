"""Walks a raw answer strictly against botocore's published model of the service.

It reads the bytes itself, by protocol, and never asks botocore's parser, which forgives much.
Each problem is a sentence; an answer without problems gives an empty list.
"""

import base64
import json
import re
import zlib
from xml.etree import ElementTree

import cbor

# Words that the service sends and documents, and that the published model does not have.
OPEN_ENUMS = {"FailoverStatus": {"switching-over"}}

# Errors that every service of a kind may answer with, and their HTTP status.
COMMON = {
    "AccessDenied": {403},
    "AccessDeniedException": {400, 403},
    "ExpiredToken": {400, 403},
    "ExpiredTokenException": {400, 403},
    "IncompleteSignature": {400},
    "IncompleteSignatureException": {400, 403},
    "InternalFailure": {500},
    "InvalidAction": {400, 404},
    "InvalidParameterCombination": {400},
    "InvalidParameterValue": {400},
    "InvalidSignatureException": {403},
    "MissingAuthenticationToken": {403},
    "MissingAuthenticationTokenException": {400, 403},
    "MissingParameter": {400},
    "Throttling": {400},
    "ThrottlingException": {400, 429},
    "UnknownOperationException": {400, 404},
    "ValidationError": {400},
    "ValidationException": {400},
}

CONTENT_TYPES = {
    "json": r"application/x-amz-json-1\.[01]",
    "query": r"text/xml",
    "rest-xml": r"text/xml|application/xml",
    "rest-json": r"application/json",
    "smithy-rpc-v2-cbor": r"application/cbor",
}

ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Walker:
    def __init__(self, operation, protocol):
        self.operation = operation
        self.service = operation.service_model
        self.protocol = protocol
        self.problems = []

    def complain(self, path, words):
        self.problems.append(f"{self.service.service_name}.{self.operation.name} {path}: {words}")

    # The answer as a whole.

    def answer(self, status, headers, body):
        headers = {key.lower(): value for key, value in headers.items()}
        if not headers.get("x-amzn-requestid"):
            self.complain("headers", "there is no request id")
        wanted = CONTENT_TYPES[self.protocol]
        if body and not re.fullmatch(wanted, headers.get("content-type", "")):
            self.complain("headers", f"content type {headers.get('content-type')!r} is not {wanted}")
        if self.protocol == "smithy-rpc-v2-cbor" and headers.get("smithy-protocol") != "rpc-v2-cbor":
            self.complain("headers", "smithy-protocol is not rpc-v2-cbor")
        if "x-amz-crc32" in headers and int(headers["x-amz-crc32"]) != zlib.crc32(body):
            self.complain("headers", "x-amz-crc32 does not fit the body")
        if self.service.service_name == "dynamodb" and "x-amz-crc32" not in headers:
            self.complain("headers", "DynamoDB sends x-amz-crc32")
        if status < 300:
            if status != self.operation.http.get("responseCode", 200):
                self.complain("status", f"{status} is not the operation's")
            self.success(headers, body)
        else:
            self.error(status, headers, body)
        return self.problems

    def success(self, headers, body):
        shape = self.operation.output_shape
        if self.protocol in ("query", "rest-xml"):
            self.xml_success(headers, body, shape)
            return
        value = self.tree(body)
        if shape is None:
            if value not in (None, {}):
                self.complain("body", "the operation has no output")
        elif not isinstance(value, dict):
            self.complain("body", "is not a structure")
        else:
            self.value(shape, value, "output")

    def tree(self, body):
        try:
            if self.protocol == "smithy-rpc-v2-cbor":
                return cbor.read(body)
            return json.loads(body, object_pairs_hook=self.no_doubles) if body else None
        except (ValueError, IndexError) as problem:
            self.complain("body", f"cannot be read: {problem}")
            return None

    def no_doubles(self, pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            self.complain("body", f"a member twice in {keys}")
        return dict(pairs)

    # JSON and CBOR.

    def value(self, shape, value, path):
        if value is None:
            self.complain(path, "null")
            return
        getattr(self, f"in_{shape.type_name}", self.in_unknown)(shape, value, path)

    def in_unknown(self, shape, value, path):
        self.complain(path, f"the walker does not know {shape.type_name}")

    def in_structure(self, shape, value, path):
        if not isinstance(value, dict):
            self.complain(path, f"is not a structure but {value!r}")
            return
        members = {self.wire_name(name, member): (name, member) for name, member in shape.members.items()}
        for key, inner in value.items():
            if key in members:
                self.value(members[key][1], inner, f"{path}.{key}")
            else:
                self.complain(path, f"has no member {key}")
        self.members_there(shape, {members[key][0] for key in value if key in members}, path)

    def wire_name(self, name, member):
        if self.protocol in ("json", "smithy-rpc-v2-cbor"):
            return name
        return member.serialization.get("name", name)

    def members_there(self, shape, there, path):
        missing = [name for name in shape.required_members if name not in there]
        if missing:
            self.complain(path, f"required and not there: {', '.join(missing)}")
        if getattr(shape, "is_tagged_union", False) and len(there) != 1:
            self.complain(path, f"a union has one member, not {len(there)}")

    def in_list(self, shape, value, path):
        if not isinstance(value, list):
            self.complain(path, f"is not a list but {value!r}")
            return
        self.bounds(shape, len(value), path)
        for number, inner in enumerate(value):
            self.value(shape.member, inner, f"{path}[{number}]")

    def in_map(self, shape, value, path):
        if not isinstance(value, dict):
            self.complain(path, f"is not a map but {value!r}")
            return
        self.bounds(shape, len(value), path)
        for key, inner in value.items():
            self.value(shape.key, key, f"{path} key")
            self.value(shape.value, inner, f"{path}[{key}]")

    def in_string(self, shape, value, path):
        if not isinstance(value, str):
            self.complain(path, f"is not a string but {value!r}")
            return
        allowed = set(shape.enum) | OPEN_ENUMS.get(shape.name, set())
        if shape.enum and value not in allowed:
            self.complain(path, f"{value!r} is not one of {sorted(allowed)}")
        self.bounds(shape, len(value), path)
        pattern = shape.metadata.get("pattern")
        if pattern and not re.search(pattern, value):
            self.complain(path, f"{value!r} does not match {pattern}")

    def in_boolean(self, shape, value, path):
        if not isinstance(value, bool):
            self.complain(path, f"is not a boolean but {value!r}")

    def in_integer(self, shape, value, path):
        if isinstance(value, bool) or not isinstance(value, int):
            self.complain(path, f"is not a whole number but {value!r}")
        else:
            self.bounds(shape, value, path)

    in_long = in_integer

    def in_double(self, shape, value, path):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.complain(path, f"is not a number but {value!r}")

    in_float = in_double

    def in_timestamp(self, shape, value, path):
        if self.protocol == "smithy-rpc-v2-cbor":
            if not isinstance(value, cbor.Tagged) or value.tag != 1:
                self.complain(path, f"is not a tagged moment but {value!r}")
                return
            value = value.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.complain(path, f"is not epoch seconds but {value!r}")
        elif not 1_000_000_000 < value < 10_000_000_000:
            self.complain(path, f"{value!r} is not a moment of this age in seconds")

    def in_blob(self, shape, value, path):
        if self.protocol == "smithy-rpc-v2-cbor":
            if not isinstance(value, bytes):
                self.complain(path, "is not bytes")
            return
        try:
            base64.b64decode(value, validate=True)
        except (TypeError, ValueError):
            self.complain(path, f"is not base64 but {value!r}")

    def bounds(self, shape, size, path):
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if low is not None and size < low:
            self.complain(path, f"{size} is under the least, {low}")
        if high is not None and size > high:
            self.complain(path, f"{size} is over the most, {high}")

    # XML.

    def namespace(self):
        given = self.service.metadata.get("xmlNamespace")
        if given is None and self.service.service_name == "route53":
            given = "https://route53.amazonaws.com/doc/2013-04-01/"
        return given

    def root(self, body):
        try:
            root = ElementTree.fromstring(body)
        except ElementTree.ParseError as problem:
            self.complain("body", f"cannot be read: {problem}")
            return None
        if not body.startswith(b"<?xml"):
            self.complain("body", "has no XML declaration")
        prefix = "{" + self.namespace() + "}"
        for element in root.iter():
            if not element.tag.startswith(prefix):
                self.complain("body", f"{element.tag} is not in {self.namespace()}")
                return None
            if element.attrib:
                self.complain("body", f"{element.tag} has attributes")
            element.tag = element.tag[len(prefix) :]
        return root

    def xml_success(self, headers, body, shape):
        root = self.root(body)
        if root is None:
            return
        expected = f"{self.operation.name}Response" if self.protocol == "query" else shape.name
        if root.tag != expected:
            self.complain("body", f"the root is {root.tag} and not {expected}")
        if self.protocol == "rest-xml":
            self.xml(shape, root, "output")
            return
        children = {child.tag: child for child in root}
        allowed = {"ResponseMetadata"}
        if shape is not None:
            wrapper = shape.serialization.get("resultWrapper", f"{self.operation.name}Result")
            allowed.add(wrapper)
            if wrapper in children:
                self.xml(shape, children[wrapper], "output")
            else:
                self.complain("body", f"there is no {wrapper}")
        if set(children) - allowed or len(root) != len(children):
            self.complain("body", f"{[child.tag for child in root]} are not {sorted(allowed)}")
        request_id = root.findtext("ResponseMetadata/RequestId")
        if not request_id or request_id != headers.get("x-amzn-requestid"):
            self.complain("body", f"the request id {request_id!r} is not that of the header")

    def xml(self, shape, element, path):
        kind = shape.type_name
        if kind == "structure":
            self.xml_structure(shape, element, path)
        elif kind == "list":
            self.xml_list(shape, list(element), path, shape.member.serialization.get("name", "member"))
        elif kind == "map":
            self.complain(path, "the walker does not know maps in XML")
        else:
            if len(element):
                self.complain(path, "is a scalar with elements in it")
            self.xml_scalar(shape, element.text or "", path)

    def xml_structure(self, shape, element, path):
        if (element.text or "").strip():
            self.complain(path, f"stray text {element.text!r}")
        members = {
            member.serialization.get("name", name): (name, member) for name, member in shape.members.items()
        }
        seen = {}
        for child in element:
            if child.tag not in members:
                self.complain(path, f"has no member {child.tag}")
                continue
            seen.setdefault(child.tag, []).append(child)
        for tag, elements in seen.items():
            _, member = members[tag]
            if member.type_name == "list" and member.serialization.get("flattened"):
                self.xml_list(member, elements, f"{path}.{tag}", tag)
            elif len(elements) > 1:
                self.complain(path, f"{tag} is there {len(elements)} times")
            else:
                self.xml(member, elements[0], f"{path}.{tag}")
        self.members_there(shape, {members[tag][0] for tag in seen}, path)

    def xml_list(self, shape, elements, path, item):
        self.bounds(shape, len(elements), path)
        for number, element in enumerate(elements):
            if element.tag != item:
                self.complain(path, f"an item is {element.tag} and not {item}")
            self.xml(shape.member, element, f"{path}[{number}]")

    def xml_scalar(self, shape, text, path):
        kind = shape.type_name
        if kind == "string":
            self.in_string(shape, text, path)
        elif kind == "boolean":
            if text not in ("true", "false"):
                self.complain(path, f"{text!r} is not a boolean")
        elif kind in ("integer", "long"):
            if re.fullmatch(r"-?\d+", text):
                self.bounds(shape, int(text), path)
            else:
                self.complain(path, f"{text!r} is not a whole number")
        elif kind in ("double", "float"):
            if not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text):
                self.complain(path, f"{text!r} is not a number")
        elif kind == "timestamp":
            if not ISO_TIME.fullmatch(text):
                self.complain(path, f"{text!r} is not an ISO 8601 moment")
        else:
            self.complain(path, f"the walker does not know {kind} in XML")

    # Errors.

    def error(self, status, headers, body):
        if self.protocol in ("query", "rest-xml"):
            self.xml_error(status, headers, body)
            return
        value = self.tree(body)
        if not isinstance(value, dict):
            self.complain("error", "the body is not a structure")
            return
        if self.protocol == "rest-json":
            code = headers.get("x-amzn-errortype", "")
        else:
            code = value.pop("__type", "")
        name = code.split("#")[-1].split(":")[0]
        shape = self.known_error(name, status, "error")
        self.query_compatible(shape, name, headers, status)
        if shape is None:
            texts = [value[key] for key in value if key in ("message", "Message")]
            if len(texts) != len(value) or len(texts) != 1 or not isinstance(texts[0], str):
                self.complain(name, f"has the members {sorted(value)} and not a message")
            return
        self.in_structure(shape, value, name)

    def query_compatible(self, shape, name, headers, status):
        if "awsQueryCompatible" not in self.service.metadata:
            return
        code, _, side = headers.get("x-amzn-query-error", "").partition(";")
        expected = shape.metadata.get("error", {}).get("code", name) if shape else name
        if code != expected or side != ("Receiver" if status >= 500 else "Sender"):
            self.complain(name, f"x-amzn-query-error is {code};{side}")

    def known_error(self, code, status, path):
        """The error's shape if the operation has it; a common error has none."""
        for shape in self.operation.error_shapes:
            modelled = shape.metadata.get("error", {})
            if code not in (shape.name, modelled.get("code")):
                continue
            fault = shape.metadata.get("fault") or modelled.get("fault")
            expected = modelled.get("httpStatusCode", 500 if fault else 400)
            if status != expected:
                self.complain(path, f"{code} comes with {expected}, not {status}")
            return shape
        if code not in COMMON:
            self.complain(path, f"{code!r} is not an error of this operation")
        elif status not in COMMON[code]:
            self.complain(path, f"{code} comes with {COMMON[code]}, not {status}")
        return None

    def xml_error(self, status, headers, body):
        root = self.root(body)
        if root is None:
            return
        if root.tag != "ErrorResponse" or [child.tag for child in root] != ["Error", "RequestId"]:
            self.complain("error", f"the body is {root.tag} of {[child.tag for child in root]}")
            return
        if root.findtext("RequestId") != headers.get("x-amzn-requestid"):
            self.complain("error", "the request id is not that of the header")
        error = {child.tag: child.text for child in root.find("Error")}
        if set(error) != {"Type", "Code", "Message"} or not error.get("Message"):
            self.complain("error", f"has the members {sorted(error)}")
        if error.get("Type") != ("Receiver" if status >= 500 else "Sender"):
            self.complain("error", f"{error.get('Type')} with {status}")
        self.known_error(error.get("Code"), status, "error")
