# shellcheck shell=bash
# What training step by step and constraints refuse, and in which words.
try() {
    echo "\$ $*"
    assay run -q -c "load penguins.csv; drop missing sex; target body_mass_g; $1"
    echo "[$?]"
}

try 'train ridge pause=3'
try 'drop species; drop island; drop sex; train forest as=f n_estimators=2; continue f'
try 'train boost as=b n_estimators=3; continue b'
try 'train boost as=b n_estimators=3 pause=2; drop sex; continue b'
try 'train boost as=b n_estimators=3 pause=2; split test=0.2; continue b'
try 'train boost as=b n_estimators=3 pause=2; target species; continue b'
try 'train boost as=b n_estimators=3 pause=2; role bill_depth_mm ignore; continue b'
try 'train boost as=b n_estimators=300 early_stopping_rounds=2; continue b iterations=5'
try 'train boost n_estimators=3 monotone_constraints=flipper:1'
try 'train boost n_estimators=3 monotone_constraints=island:1'
try 'train boost n_estimators=3 monotone_constraints=flipper_length_mm'
try 'train boost n_estimators=3 monotone_constraints=flipper_length_mm:2'
try 'train boost n_estimators=3 monotone_constraints=flipper_length_mm:1 loss=absolute'
try 'target species; train boost n_estimators=3 monotone_constraints=flipper_length_mm:1'
try 'train boost n_estimators=3 interaction_constraints=[flipper_length_mm,sex'
try 'train boost n_estimators=3 interaction_constraints=flipper_length_mm'
try 'train boost n_estimators=3 interaction_constraints=[flipper_length_mm],'
try 'derive y = body_mass_g - 2700; target y; train boost n_estimators=3 loss=gamma'
try 'drop species; drop island; drop sex; train ridge as=r; plot curve r'
