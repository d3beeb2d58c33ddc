"""How others lay out recurrent layers: their names, their orders of gates, their orientation, and the way to ours."""
