"""Proves that the walker sees: every answer kept is spoilt in several ways, and each has to be noticed."""

import json
import re

import cbor
from walk import Walker


def run(harness):
    spoilt = 0
    for operation, protocol, status, headers, body in harness.kept.values():
        for what, mutant in mutants(protocol, headers, body):
            spoilt += 1
            problems = Walker(operation, protocol).answer(status, *mutant)
            harness.expect(problems, f"{operation.name} over {protocol}: {what} goes unnoticed")
    harness.expect(spoilt > 200, f"only {spoilt} mutants")


def mutants(protocol, headers, body):
    nameless = {key: value for key, value in headers.items() if key.lower() != "x-amzn-requestid"}
    yield "no request id", (nameless, body)
    if body:
        yield "another content type", ({**headers, "content-type": "text/plain"}, body)
        yield "a missing end", (headers, body[:-1])
    spoil = {"query": in_xml, "rest-xml": in_xml, "smithy-rpc-v2-cbor": in_cbor}.get(protocol, in_json)
    for what, mutant in spoil(body):
        if mutant != body:
            yield what, ({key: value for key, value in headers.items() if key.lower() != "x-amz-crc32"}, mutant)


def in_xml(body):
    text = body.decode()
    leaf = re.search(r"<(\w+)>([^<>]+)</\1>", text)
    yield "another namespace", text.replace('xmlns="', 'xmlns="x', 1).encode()
    if leaf:
        name = leaf[1]
        renamed = f"<x{name}>{leaf[2]}</x{name}>"
        yield f"{name} renamed", (text[: leaf.start()] + renamed + text[leaf.end() :]).encode()
        nested = f"<{name}><y>{leaf[2]}</y></{name}>"
        yield f"{name} with an element in it", (text[: leaf.start()] + nested + text[leaf.end() :]).encode()
    for word in ("true", "false"):
        yield f"{word} as Yes", text.replace(f">{word}<", ">Yes<", 1).encode()
    yield "a moment without its zone", re.sub(r"(\d\d:\d\d:\d\d\.\d+)Z", r"\1", text, count=1).encode()


def in_json(body):
    if not body:
        return
    value = json.loads(body)
    yield "an unknown member", json.dumps({**value, "unknown": 1}).encode()
    for key, inner in value.items():
        if key == "__type":
            yield "another error", json.dumps({**value, key: "NoSuchError"}).encode()
            continue
        yield f"{key} as null", json.dumps({**value, key: None}).encode()
        other = 1 if isinstance(inner, str) else "text"
        yield f"{key} of another type", json.dumps({**value, key: other}).encode()


def in_cbor(body):
    yield "something behind the end", body + b"\x00"
    for key in cbor.read(body):
        if key != "__type":
            name = key.encode()
            yield f"{key} renamed", body.replace(name, b"X" + name[1:], 1)
    if b"\xc1\xfb" in body:
        yield "a moment without its tag", body.replace(b"\xc1\xfb", b"\xfb", 1)
