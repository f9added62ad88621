# Superimpose shapes.csv by procGPA of the R package "shapes" (Debian: r-cran-shapes), with and without
# scaling, and write what the tests compare with.
suppressWarnings(suppressMessages({ Sys.setenv(RGL_USE_NULL = "TRUE"); library(shapes) }))
arguments <- commandArgs(trailingOnly = FALSE)
script <- sub("--file=", "", arguments[grep("--file=", arguments)])
folder <- file.path(dirname(script), "..", "Python", "ground", "geometry", "data")
table <- read.csv(file.path(folder, "shapes.csv"))
specimens <- length(unique(table$specimen))
landmarks <- length(unique(table$landmark))
points <- array(NA_real_, c(landmarks, 3, specimens))
for (s in seq_len(specimens)) points[, , s] <- as.matrix(table[table$specimen == s - 1, c("x", "y", "z")])

write_rows <- function(values, name) {
  write.table(format(values, digits = 17, trim = TRUE), file.path(folder, name), sep = ",",
              row.names = FALSE, quote = FALSE)
}
for (scaled in c(TRUE, FALSE)) {
  found <- procGPA(points, scale = scaled, tol1 = 1e-13, tol2 = 1e-13)
  name <- if (scaled) "scaled" else "rigid"
  mean_shape <- found$mshape
  colnames(mean_shape) <- c("x", "y", "z")
  write_rows(mean_shape, paste0("procgpa_", name, "_mean.csv"))
  rows <- do.call(rbind, lapply(seq_len(specimens), function(s) cbind(s - 1, found$rotated[, , s])))
  colnames(rows) <- c("specimen", "x", "y", "z")
  write_rows(as.data.frame(rows), paste0("procgpa_", name, "_aligned.csv"))
}
sizes <- data.frame(size = apply(points, 3, centroid.size))
write_rows(sizes, "centroid_sizes.csv")
