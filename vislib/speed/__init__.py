"""What makes a graph quicker to compute. Nothing here changes a number beyond rounding; all of it could be left out."""
