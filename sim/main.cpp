#include "commands.hpp"

int main(int argc, char** argv) { return mho::sim::run_program(argc, argv); }
