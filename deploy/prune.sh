#!/bin/sh
# Remove from the environment $1 what this server never uses: other packages' tests, headers, installers, and clients
# of services. tests/deploy/ starts what is left, and saves and opens files with it.
set -eu
cd "$1"/lib/python3*/site-packages
find . -type d \( -name tests -o -name include -o -name __pycache__ \) -prune -exec rm -rf {} +
find . -type f \( -name '*.pyi' -o -name '*.pxd' -o -name '*.pyx' -o -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.cc' -o -name '*.a' \) -delete
# Apache Arrow brings a client of its Flight servers, one of Amazon S3, and a language for query plans.
rm -rf pyarrow/libarrow_flight* pyarrow/_flight* pyarrow/libarrow_s3* pyarrow/_s3fs* pyarrow/libarrow_substrait* pyarrow/_substrait* \
  pyarrow/src onnx/backend/test onnx/bin numpy/f2py pydeck/nbextension plotly/labextension plotly/package_data/datasets \
  plotly/package_data/*.js
# The same library under three names.
for library in pyarrow/libarrow_python.so pyarrow/libarrow_python.so.*.*.*; do
  ln -sf "$(basename "$(ls pyarrow/libarrow_python.so.????)")" "$library"
done
# No package is added to an image that runs.
rm -rf pip pip-*.dist-info setuptools setuptools-*.dist-info _distutils_hack distutils-precedence.pth pkg_resources
