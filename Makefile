PYTHON ?= python3
PORT ?= 8501
export STREAMLIT_SERVER_PORT = $(PORT)

.PHONY: app bench docs lock test wheel

app: .venv/app
	.venv/bin/streamlit run app.py

test: .venv/dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	# Four processes, as they often wait for a browser, and bytecode kept, as they start many more.
	PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --durations=20

# Runs every example of the docstrings and of the gallery; then open docs/_build/html/index.html. While you write text, the
# last line alone is quicker: it runs changed examples only.
docs: .venv/docs
	rm -rf docs/_build docs/examples
	.venv/bin/python -m pytest tests/test_docstrings.py tests/test_site.py
	.venv/bin/python -m sphinx -W --keep-going -b html docs docs/_build/html

# Beside the peers about 25 minutes, then the pages and thirty users. The others are for themselves: python -m benchmarks.NAME.
bench: .venv-bench/done .venv/dev
	.venv-bench/bin/python -m benchmarks.peers
	.venv/bin/python -m benchmarks.page_times
	.venv/bin/python -m benchmarks.load

# The package, checked and tried in new environments.
wheel: .venv-build/done
	rm -rf dist
	.venv-build/bin/python -m build
	.venv-build/bin/twine check --strict dist/*
	.venv-build/bin/check-wheel-contents dist/*.whl
	.venv-build/bin/python -m scripts.try_wheel dist/*.whl

# The versions with which the app and the tests are known to work, for all of Python 3.11 to 3.13.
lock: .venv-build/done
	.venv-build/bin/uv pip compile -q --universal --python-version 3.11 requirements.txt -o requirements.lock
	.venv-build/bin/uv pip compile -q --universal --python-version 3.11 requirements-dev.txt -o requirements-dev.lock

.venv-build/done:
	$(PYTHON) -m venv .venv-build
	.venv-build/bin/python -m pip install -q build check-wheel-contents pip-licenses twine uv
	touch $@

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv-bench/done: requirements.txt benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install -q -r benchmarks/requirements.txt
	touch $@

.venv/app: .venv/bin/python requirements.txt
	.venv/bin/python -m pip install -q -r requirements.txt
	touch $@

.venv/dev: .venv/bin/python requirements.txt requirements-dev.txt
	.venv/bin/python -m pip install -q -r requirements-dev.txt
	touch $@

.venv/docs: .venv/dev requirements-docs.txt
	.venv/bin/python -m pip install -q -r requirements-docs.txt
	touch $@
