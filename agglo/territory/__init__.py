"""Territory: where. Perimeters, communes, official codes, outlines.

``perimeters.load()`` is the way in; a :class:`~agglo.territory.communes.Territory` is what comes out.
"""
