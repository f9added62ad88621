# Tells what the Extensions Manager would show.
foreach(key IN ITEMS HOMEPAGE CATEGORY CONTRIBUTORS DESCRIPTION ICONURL SCREENSHOTURLS DEPENDS)
  message(STATUS "told ${key}=${EXTENSION_${key}}")
endforeach()
