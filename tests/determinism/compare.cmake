# Whether PROGRAM prints what RECORDS/expected.txt says. When the record's format or a rule changes on purpose, write both
# anew from the source folder:
#   build/release/bin/make-records tests/vectors/records
#   build/release/bin/judge-records tests/vectors/records/*.record >tests/vectors/records/expected.txt
file(GLOB records ${RECORDS}/*.record)
list(SORT records)
execute_process(COMMAND ${PROGRAM} ${records} OUTPUT_VARIABLE printed RESULT_VARIABLE code)
file(READ ${RECORDS}/expected.txt expected)
if(NOT code EQUAL 0 OR NOT printed STREQUAL expected)
  message(FATAL_ERROR "exit ${code}, printed\n${printed}expected\n${expected}")
endif()
