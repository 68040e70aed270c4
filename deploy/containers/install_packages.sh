#!/bin/sh
# In the image build: fills the virtual environment from /wheels, by the hashes in its requirements.txt.
# The compiled files depend on the sources' content only, not on the hour of the build.
set -eu
/opt/tools/bin/pip --quiet --disable-pip-version-check --python /opt/marigraph/venv/bin/python install --no-cache-dir \
  --no-index --find-links /wheels --require-hashes --only-binary :all: --no-compile --requirement /wheels/requirements.txt
python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/marigraph/venv
