#!/bin/sh
# Remove from the environment $1 what this server never uses. tests/deploy/ starts what is left, and saves and opens
# files with it.
set -eu
cd "$1"/lib/python3*/site-packages
find . -type d \( -name tests -o -name include -o -name __pycache__ \) -prune -exec rm -rf {} +
find . -type f | grep -E '\.(pyi|pxd|pyx|h|hpp|c|cc|a)$' | xargs rm -f
# Apache Arrow brings a client of its Flight servers and one of Amazon S3, and others bring what notebooks need.
rm -rf pyarrow/libarrow_flight* pyarrow/libarrow_python_flight* pyarrow/_flight* pyarrow/libarrow_s3* pyarrow/_s3fs* \
  pyarrow/src onnx/backend/test onnx/bin numpy/f2py pydeck/nbextension \
  plotly/labextension plotly/package_data/datasets plotly/package_data/*.js
# The same library under three names.
for library in pyarrow/libarrow_python.so pyarrow/libarrow_python.so.*.*.*; do
  ln -sf "$(basename "$(ls pyarrow/libarrow_python.so.????)")" "$library"
done
# No package is added to an image that runs.
rm -rf pip pip-*.dist-info setuptools setuptools-*.dist-info _distutils_hack distutils-precedence.pth pkg_resources

# What is left is whole.
"$1"/bin/python3 -B -c "
import h5py, markdown_it, ml_dtypes, onnx, pandas, plotly, pyarrow.parquet, regex, safetensors.numpy, streamlit.web.cli
pandas.DataFrame({'x': [1.0]}).to_parquet('/dev/null')
"
