#!/usr/bin/env Rscript
# What R's glm and lm say about the shipped tables: coefficients and standard errors without a penalty.
# Writes tests/reference/r_coefficients.csv from the top of the source tree.
d <- read.csv("share/data/diabetes.csv")
d$high <- as.integer(d$progression > 140)
options(digits = 17)
tight <- glm.control(epsilon = 1e-14, maxit = 100)

rows <- function(case, fit) {
  s <- summary(fit)$coefficients
  data.frame(case = case, term = sub("(Intercept)", "(intercept)", rownames(s), fixed = TRUE),
             estimate = sprintf("%.17g", s[, 1]), std_error = sprintf("%.17g", s[, 2]))
}

out <- rbind(
  rows("glm", glm(high ~ bmi + blood_pressure + hdl + age, binomial, d, control = tight)),
  rows("glm_weights", suppressWarnings(glm(high ~ bmi + hdl, binomial, d, control = tight,
                                           weights = 1 + (seq_len(nrow(d)) - 1) %% 3))),
  rows("glm_no_intercept", glm(high ~ 0 + bmi + hdl, binomial, d, control = tight)),
  rows("lm", lm(progression ~ . - high, d)),
  rows("lm_weights", lm(progression ~ bmi + hdl, d, weights = 1 + (seq_len(nrow(d)) - 1) %% 3)))
write.csv(out, "tests/reference/r_coefficients.csv", row.names = FALSE, quote = FALSE)
