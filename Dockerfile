FROM python:3.12-slim

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py ./
COPY .streamlit .streamlit
COPY pages pages
COPY sample_images sample_images
COPY vislib vislib
# The file system is read-only when it runs: what Python would write is written now.
RUN python -m compileall -q app.py pages vislib

# Everything that is written goes to /tmp; weights that Keras downloads go to a volume (see compose.yaml).
ENV HOME=/tmp MPLCONFIGDIR=/tmp/matplotlib KERAS_HOME=/weights VISLIB_CACHE_DIR=/tmp/vislib VISLIB_MAX_MODEL_MB=200 \
    PYTHONDONTWRITEBYTECODE=1
RUN mkdir /weights && chown 10001:10001 /weights
USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0"]
