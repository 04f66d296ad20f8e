"""Every line that analyze prints fits the schema that `rtmpscope schema` prints, and so does every document.

    schema_test.py PROGRAM

The schema itself is checked with jsonschema; fastjsonschema compiles it, so that all lines of all samples can be looked at.
"""

import json
import sys
import unittest

import fastjsonschema
import jsonschema
from program import Program, samples

OPTIONS = ([], ["--chunks", "--ranges"], ["--redact"])


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key comes twice: {keys}")
    return dict(pairs)


def read_lines(ndjson):
    return [json.loads(line, object_pairs_hook=unique_keys) for line in ndjson.splitlines()]


class SchemaTest(unittest.TestCase):
    program: Program

    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(cls.program.run("schema").stdout)
        cls.compiled = {name: cls.compile(name) for name in cls.schema["$defs"] if name.startswith("event_")}
        cls.document = staticmethod(cls.compile("document"))

    @classmethod
    def compile(cls, definition):
        return fastjsonschema.compile({"$ref": f"#/$defs/{definition}", "$defs": cls.schema["$defs"]})

    def check(self, event):
        self.compiled[f"event_{event['event']}"](event)

    def test_the_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)

    def test_every_line_of_every_sample_fits(self):
        seen = set()
        for sample in samples():
            for options in OPTIONS:
                with self.subTest(sample=sample.name, options=options):
                    for event in read_lines(self.program.ndjson(sample, *options)):
                        self.check(event)
                        seen.add(event["event"])
        self.assertLessEqual({"capture_start", "connection_open", "handshake", "handshake_done", "chunk", "message",
                              "gap", "finding", "connection_close", "capture_end"}, seen)  # fmt: skip

    def test_every_document_fits(self):
        for sample in samples():
            with self.subTest(sample=sample.name):
                result = self.program.run("analyze", "--format", "json", sample)
                self.document(json.loads(result.stdout))

    def test_a_line_and_a_document_hold_the_same_events(self):
        sample = samples()[0]
        document = json.loads(self.program.run("analyze", "--format", "json", sample).stdout)
        lines = read_lines(self.program.ndjson(sample))
        self.assertEqual([line for line in lines if not line["event"].startswith("capture_")],
                         [event for event in document["events"] if not event["event"].startswith("capture_")])  # fmt: skip

    def test_unknown_keys_are_refused(self):
        for event in read_lines(self.program.ndjson(samples()[0])):
            self.check(event)
            with self.assertRaises(fastjsonschema.JsonSchemaValueException):
                self.check(event | {"no_such_key": 1})

    def test_both_validators_agree_on_one_event_of_each_kind(self):
        validator = jsonschema.Draft202012Validator(self.schema)
        events = read_lines(self.program.ndjson(samples()[0], "--chunks", "--ranges"))
        for event in {event["event"]: event for event in events}.values():
            validator.validate(event)
            self.assertFalse(validator.is_valid(event | {"no_such_key": 1}))


if __name__ == "__main__":
    SchemaTest.program = Program(sys.argv.pop(1))
    unittest.main()
