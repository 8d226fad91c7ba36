"""Clients of the simulator, each of whose raw answers is walked."""

import json
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from walk import Walker


class Harness:
    def __init__(self, base):
        self.base = base
        self.problems = []
        self.clients = {}
        self.kept = {}
        self.answered = set()
        self.refused = set()

    # Clients.

    def client(self, service, region="us-east-1", protocol=None, path="", **config):
        """A client whose every raw answer is walked; CloudWatch can be told its protocol."""
        same = (service, region, protocol, path, str(config))
        if same not in self.clients:
            self.clients[same] = self.new_client(service, region, protocol, path, config)
        return self.clients[same]

    def new_client(self, service, region, protocol, path, config):
        session = boto3.Session("AKIDSIMULATED", "secret", region_name=region)
        if protocol is not None:
            speak(session, protocol)
        settings = Config(retries={"total_max_attempts": 1}, read_timeout=10, **config)
        client = session.client(service, endpoint_url=self.base + path, config=settings)
        spoken = protocol or client.meta.service_model.resolved_protocol
        client.meta.events.register("before-parse", lambda **event: self.walk(spoken, **event))
        return client

    def unsigned(self, service, **options):
        return self.client(service, signature_version=UNSIGNED, **options)

    def walk(self, protocol, operation_model, response_dict, **_):
        status, headers, body = (response_dict[key] for key in ("status_code", "headers", "body"))
        problems = Walker(operation_model, protocol).answer(status, headers, body)
        self.problems += problems
        kept = (operation_model.name, protocol, status)
        self.kept.setdefault(kept, (operation_model, protocol, status, dict(headers), body))
        name = f"{operation_model.service_model.service_name}.{operation_model.name}"
        (self.answered if status < 300 else self.refused).add(name)

    # Expectations.

    def expect(self, holds, words):
        if not holds:
            self.problems.append(words)

    def refuses(self, code, call, **arguments):
        """The call is refused with that code, as botocore understands it."""
        try:
            call(**arguments)
        except ClientError as error:
            got = error.response["Error"]["Code"]
            self.expect(got == code, f"{error.operation_name} was refused with {got} and not with {code}")
            return error.response
        self.problems.append(f"a call was not refused with {code}")
        return {}

    # Behind the scenes.

    def backstage(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.base}/_sim/{path}", data=data, timeout=30) as answer:
            return json.load(answer)

    def advance(self, seconds):
        return self.backstage("advance", {"seconds": seconds})

    def inject(self, **fault):
        return self.backstage("inject", fault)["id"]

    def clear(self):
        self.backstage("inject", {"kind": "clear"})


def speak(session, protocol):
    """Makes the session's CloudWatch model offer one protocol only."""
    loader = session._loader
    load = loader.load_service_model

    def loaded(service_name, type_name, api_version=None):
        model = load(service_name, type_name, api_version)
        if type_name == "service-2":
            metadata = {**model["metadata"], "protocol": protocol, "protocols": [protocol]}
            model = {**model, "metadata": metadata}
        return model

    loader.load_service_model = loaded
