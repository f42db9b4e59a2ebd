// Blocks are written before they are read: clearing them first costs more than a small operator.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
