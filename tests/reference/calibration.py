"""Reference values for tests/unit/learn/test_calibration.c, from scikit-learn 1.2."""
import numpy as np
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression

i = np.arange(40)
f = (i * 7 % 40) / 10.0 - 2
t = ((f + ((i * 13 % 11) - 5) / 3.0) > 0).astype(float)
print("platt", *("%.9g" % v for v in _sigmoid_calibration(f, t)))
iso = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(f, t)
print("isotonic", *("%.9g" % v for v in iso.predict([-3, -1.05, -0.33, 0.0, 0.47, 1.21, 5])))
