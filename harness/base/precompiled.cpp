// Exists so that the precompiled headers of CMakeLists.txt have a target to be made in.
