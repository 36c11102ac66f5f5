# include(TruenoInstall) is filled in below.
