# install rules follow the public headers
