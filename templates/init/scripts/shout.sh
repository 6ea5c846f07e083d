# Reads /inputs, writes /outputs. Exit status 0 and every declared output there: then, and only then, it counts.
tr '[:lower:]' '[:upper:]' < /inputs/greet/greeting.txt > /outputs/shout.txt
cat /outputs/shout.txt
