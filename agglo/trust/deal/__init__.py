"""The Local Green Deal as a contract that a program reads: who commits to what, who signed which text, what was done.

``text`` is what it says, ``reading`` how a file becomes one, ``keeping`` how its versions are kept, ``signing`` who
agreed to which text, ``progress`` what is known since, ``standing`` how far each commitment is; ``sheet`` and
``export`` are what people and programs are given.
"""
