# Analyse paired.csv by the R package "shapes" (Debian: r-cran-shapes) and by base R, and write what the tests
# of the statistics compare with: superimposition, mean shapes and their distance by shapes; analysis of
# variance by aov, Hotelling's test by manova, components by prcomp, and all sign flips by hand.
suppressWarnings(suppressMessages({ Sys.setenv(RGL_USE_NULL = "TRUE"); library(shapes) }))
arguments <- commandArgs(trailingOnly = FALSE)
script <- sub("--file=", "", arguments[grep("--file=", arguments)])
folder <- file.path(dirname(script), "..", "Python", "ground", "geometry", "data")
table <- read.csv(file.path(folder, "paired.csv"))
n <- length(unique(table$specimen)); m <- length(unique(table$method)); k <- length(unique(table$landmark))
pairs <- 6
partner <- c(pairs + seq_len(pairs), seq_len(pairs), (2 * pairs + 1):k)
configurations <- array(NA_real_, c(k, 3, n * m))
design <- expand.grid(specimen = seq_len(n) - 1, method = seq_len(m) - 1)
for (row in seq_len(nrow(design))) {
  own <- table$specimen == design$specimen[row] & table$method == design$method[row]
  configurations[, , row] <- as.matrix(table[own, c("x", "y", "z")])
}
superimposed <- function(points) procGPA(points, scale = TRUE, tol1 = 1e-13, tol2 = 1e-13)
flat <- function(points) t(apply(points, 3, as.vector))
write_rows <- function(values, name) {
  values[] <- lapply(values, function(v) if (is.numeric(v)) format(v, digits = 15, trim = TRUE) else v)
  write.table(values, file.path(folder, name), sep = ",", row.names = FALSE, quote = FALSE)
}

# Sums of squares of each term, summed over coordinates.
sums_of <- function(coordinates, formula, data) {
  total <- 0
  for (column in seq_len(ncol(coordinates))) {
    data$value <- coordinates[, column]
    found <- summary(aov(formula, data))[[1]]
    total <- total + found[["Sum Sq"]]
  }
  names(total) <- trimws(rownames(found))
  total
}
anova_rows <- function(sums, df, error) {
  f <- (sums / df) / (sums[error] / df[error])
  p <- pf(f, df, df[error], lower.tail = FALSE)
  f[error == names(sums)] <- NA; p[error == names(sums)] <- NA
  data.frame(source = names(sums), ss = unname(sums), df = unname(df), f = unname(f), p = unname(p))
}
q <- 3 * k - 7
data <- data.frame(individual = factor(design$specimen), method = factor(design$method))
joint <- superimposed(configurations)
unit <- flat(joint$rotated) / centroid.size(joint$mshape)
sums <- sums_of(unit, value ~ individual + method, data)
names(sums)[names(sums) == "Residuals"] <- "residual"
df <- c(individual = (n - 1) * q, method = (m - 1) * q, residual = (n - 1) * (m - 1) * q)
write_rows(anova_rows(sums, df[names(sums)], rep("residual", 3)), "anova_methods.csv")

# The same with sides: every configuration and its mirrored, relabelled copy.
mirrored <- configurations[partner, , ]; mirrored[, 1, ] <- -mirrored[, 1, ]
both <- array(c(configurations, mirrored), c(k, 3, 2 * n * m))
sided <- superimposed(both)
unit_sided <- flat(sided$rotated) / centroid.size(sided$mshape)
data <- rbind(data, data); data$side <- factor(rep(0:1, each = n * m))
terms <- sums_of(unit_sided, value ~ individual * side * method, data) / 2
sums <- c(individual = terms[["individual"]], side = terms[["side"]],
          "individual x side" = terms[["individual:side"]],
          method = terms[["method"]] + terms[["side:method"]],
          residual = terms[["individual:method"]] + terms[["individual:side:method"]])
qa <- 3 * pairs + (k - 2 * pairs) - 3
df <- c((n - 1) * (q - qa), qa, (n - 1) * qa, (m - 1) * q, (n - 1) * (m - 1) * q); names(df) <- names(sums)
error <- c("individual x side", "individual x side", "residual", "residual", "residual")
write_rows(anova_rows(sums, df, error), "anova_sides.csv")

# Two mean shapes, and all sign flips of the paired differences.
a <- configurations[, , design$method == 1]; b <- configurations[, , design$method == 0]
of_a <- superimposed(a); of_b <- superimposed(b)
differences <- unit[design$method == 1, ] - unit[design$method == 0, ]
flips <- as.matrix(expand.grid(rep(list(c(-1, 1)), n)))
lengths <- sqrt(rowSums((flips %*% differences / n)^2))
observed <- sqrt(sum(colMeans(differences)^2))
p_flips <- mean(lengths >= observed - 1e-12)

# Components and covariances of both. The elements of a covariance matrix depend on the axes: those of the first
# shape of b; the mean of a is turned onto that of b.
turned <- function(points, matrix) { for (s in seq_len(n)) points[, , s] <- points[, , s] %*% matrix; points }
onto_b <- procOPA(of_b$mshape, of_a$mshape, scale = FALSE)$R
onto_first <- procOPA(b[, , 1], of_b$mshape, scale = FALSE)$R
turned_a <- flat(turned(of_a$rotated, onto_b %*% onto_first)); turned_b <- flat(turned(of_b$rotated, onto_first))
components_a <- prcomp(turned_a); components_b <- prcomp(turned_b)
cosines <- colSums(components_a$rotation[, 1:3] * components_b$rotation[, 1:3])
inner <- svd(t(components_a$rotation[, 1:3]) %*% components_b$rotation[, 1:3])$d
covariance_a <- cov(turned_a); covariance_b <- cov(turned_b)
lower <- lower.tri(covariance_a, diag = TRUE)
hotelling <- function(points) {
  found <- summary(manova(points ~ 1), test = "Hotelling-Lawley", intercept = TRUE)$stats
  c(t2 = unname(found[1, "Hotelling-Lawley"]) * (nrow(points) - 1), f = unname(found[1, "approx F"]),
    p = unname(found[1, "Pr(>F)"]))
}
first <- hotelling(differences[, c(1, k + 1, 2 * k + 1)])
angles <- acos(pmin(abs(cosines), 1)) * 180 / pi
subspace <- acos(pmin(inner, 1)) * 180 / pi
figures <- c(riemannian_distance = riemdist(of_a$mshape, of_b$mshape), sign_flip_p = p_flips,
  angle_1 = angles[[1]], angle_2 = angles[[2]], angle_3 = angles[[3]],
  subspace_1 = subspace[1], subspace_2 = subspace[2], subspace_3 = subspace[3],
  share_a_1 = of_a$percent[1] / 100, share_b_1 = of_b$percent[1] / 100, share_b_2 = of_b$percent[2] / 100,
  correlation = cor(covariance_a[lower], covariance_b[lower]),
  t2 = first[["t2"]], hotelling_f = first[["f"]], hotelling_p = first[["p"]])
write_rows(data.frame(name = names(figures), value = unname(figures)), "paired_figures.csv")
# What the tests give to Hotelling's test: the first landmark's differences.
write_rows(as.data.frame(`colnames<-`(differences[, c(1, k + 1, 2 * k + 1)], c("x", "y", "z"))), "first_differences.csv")
