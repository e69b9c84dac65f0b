PYTHON ?= python3
PORT ?= 8501
export STREAMLIT_SERVER_PORT = $(PORT)

.PHONY: app bench docs test

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
