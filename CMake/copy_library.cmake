# Copies the library and its resources from the source tree FROM to the folder TO, as CMakeLists.txt installs them;
# what is gone from the source goes from there too.
file(REMOVE_RECURSE "${TO}")
file(COPY "${FROM}/craniomark/" DESTINATION "${TO}"
  PATTERN "__pycache__" EXCLUDE
  PATTERN ".*" EXCLUDE
  )
file(COPY "${FROM}/Resources/" DESTINATION "${TO}/_resources"
  PATTERN "Screenshots" EXCLUDE
  PATTERN "__pycache__" EXCLUDE
  PATTERN ".*" EXCLUDE
  PATTERN "*.py" EXCLUDE
  )
