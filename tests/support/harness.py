"""unittest, and an end that ctest understands: a file in which every test was skipped is skipped."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(__file__))


class Result(unittest.TextTestResult):
    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"skipped: {test.id()}: {reason}", flush=True)


def main(module="__main__"):
    """Exit 0, 1 on failure, 77 when there was nothing to do."""
    program = unittest.main(module=module, exit=False, verbosity=2,
                            testRunner=unittest.TextTestRunner(resultclass=Result, verbosity=2, stream=sys.stdout))
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    if result.testsRun and len(result.skipped) >= result.testsRun:
        print(f"SKIPPED: {result.skipped[0][1]}")
        sys.exit(77)
