"""Every line that analyze prints fits the schema that `rtmpscope schema` prints, and so does every document.

    schema_test.py PROGRAM

Program.run checks whatever it reads. This test sees to it that all samples and all options are read, and that the check
itself is worth something: jsonschema checks the schema, and agrees with fastjsonschema, which is fast enough for all
lines.
"""

import json
import sys
import unittest

import fastjsonschema
import jsonschema
import schema
from program import Program, samples

OPTIONS = ([], ["--chunks", "--ranges"], ["--redact-addresses"], ["--only", "message", "--chunks"])


class SchemaTest(unittest.TestCase):
    program: Program

    @classmethod
    def setUpClass(cls):
        cls.schema = schema.printed(cls.program.path)
        cls.validate = staticmethod(schema.validator(cls.program.path))

    def lines(self, sample, *options):
        return [schema.load(line) for line in self.program.ndjson(sample, *options).splitlines()]

    def test_the_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)

    def test_every_line_of_every_sample_fits(self):
        seen = set()
        for sample in samples():
            for options in OPTIONS:
                with self.subTest(sample=sample.name, options=options):
                    seen |= {event["event"] for event in self.lines(sample, *options)}
        self.assertLessEqual({"capture_start", "connection_open", "handshake", "handshake_done", "chunk", "message",
                              "gap", "finding", "connection_close", "capture_end"}, seen)  # fmt: skip

    def test_every_document_fits(self):
        for sample in samples():
            for options in OPTIONS:
                with self.subTest(sample=sample.name, options=options):
                    result = self.program.run("analyze", "--format", "json", sample, *options)
                    self.assertIn("connections", schema.load(result.stdout))

    def test_a_line_and_a_document_hold_the_same_events(self):
        sample = samples()[0]
        document = json.loads(self.program.run("analyze", "--format", "json", sample).stdout)
        lines, events = (
            [event for event in listed if not event["event"].startswith("capture_")]
            for listed in (self.lines(sample), document["events"])
        )
        self.assertEqual(lines, events)

    def test_unknown_keys_are_refused(self):
        for event in self.lines(samples()[0], "--chunks", "--ranges"):
            with self.assertRaises(fastjsonschema.JsonSchemaValueException):
                self.validate(event | {"no_such_key": 1})
        document = schema.load(self.program.run("analyze", "--format", "json", samples()[0]).stdout)
        for changed in (
            document | {"no_such_key": 1},
            document | {"events": [document["events"][0] | {"no_such_key": 1}]},
        ):
            with self.assertRaises(fastjsonschema.JsonSchemaValueException):
                self.validate(changed)

    def test_unknown_events_and_keys_that_come_twice_are_refused(self):
        with self.assertRaises(fastjsonschema.JsonSchemaValueException):
            schema.check(self.program.path, b'{"event":"no_such_event"}')
        with self.assertRaises(ValueError):
            schema.check(self.program.path, b'{"event":"gap","event":"gap"}')

    def test_both_validators_agree_on_one_event_of_each_kind(self):
        validator = jsonschema.Draft202012Validator(self.schema)
        events = self.lines(samples()[0], "--chunks", "--ranges")
        for event in {event["event"]: event for event in events}.values():
            validator.validate(event)
            self.assertFalse(validator.is_valid(event | {"no_such_key": 1}))


if __name__ == "__main__":
    SchemaTest.program = Program(sys.argv.pop(1))
    unittest.main()
